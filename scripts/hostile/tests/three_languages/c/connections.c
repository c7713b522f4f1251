// The rows of "Connecting, listening, accepting".
#include "rows.h"

static void row_bind(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = loopback();
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(address_of(fd).sin_port != 0);
}

#ifdef __linux__
// tcp(7), struct tcp_info: of a listening socket, tcpi_sacked is the length of its queue.
static unsigned queue(int fd) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    CHECK(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
    return info.tcpi_sacked;
}
#endif

static void row_listen(void) {
    int fd = bound(SOCK_STREAM), n = 5;
    CHECK(listen(fd, n) == 0);
    CHECK(option(fd, SOL_SOCKET, SO_ACCEPTCONN) != 0);
#ifdef __linux__
    unsigned somaxconn = 0;
    FILE *file = fopen("/proc/sys/net/core/somaxconn", "r");
    CHECK(file != NULL && fscanf(file, "%u", &somaxconn) == 1);
    fclose(file);
    CHECK(queue(fd) == (somaxconn < 5 ? somaxconn : 5));
    n = 1000000;
    CHECK(listen(fd, n) == 0);
    CHECK(queue(fd) == (somaxconn < 1000000 ? somaxconn : 1000000));
#endif
}

static void row_everything_up_to_listening(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = loopback();
    CHECK(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(fd, 10) == 0);
    connected_to(address_of(fd));
    CHECK(accept(fd, NULL, NULL) != -1);
}

static void row_accept(void) {
    int listener = listening();
    struct timeval five = {.tv_sec = 5};
    CHECK(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &five, sizeof five) == 0);
    int fd = connected_to(address_of(listener));
    int peer = accept(listener, NULL, NULL);
    CHECK(peer != -1);
    CHECK(send(fd, "hi", 2, 0) == 2 && receives(peer, "hi"));
}

static void row_connect(void) {
    int listener = listening();
    struct sockaddr_in address = address_of(listener);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(accept(listener, NULL, NULL) != -1);
}

static void row_connect_to_a_name(void) {
    int listener = listening();
    char port[8];
    snprintf(port, sizeof port, "%d", ntohs(address_of(listener).sin_port));
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    CHECK(getaddrinfo("localhost", port, &hints, &found) == 0);
    // If the name has ::1 as well, nobody listens there, and the loop goes on.
    int fd = -1;
    for (struct addrinfo *one = found; one != NULL && fd == -1; one = one->ai_next) {
        fd = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
        if (fd != -1 && connect(fd, one->ai_addr, one->ai_addrlen) == -1) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    CHECK(fd != -1);
    CHECK(accept(listener, NULL, NULL) != -1);
}

static void row_connect_with_a_deadline(void) {
    // One that is accepted; on Linux also one that is not.
    int listener = listening();
    struct sockaddr_in address = address_of(listener);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    FAILS_WITH(EINPROGRESS, connect(fd, (struct sockaddr *)&address, sizeof address));
    struct pollfd look = {.fd = fd, .events = POLLOUT};
    CHECK(poll(&look, 1, 5000) == 1);
    CHECK(option(fd, SOL_SOCKET, SO_ERROR) == 0);
#ifdef __linux__
    address = address_of(full());
    fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    FAILS_WITH(EINPROGRESS, connect(fd, (struct sockaddr *)&address, sizeof address));
    look = (struct pollfd){.fd = fd, .events = POLLOUT};
    CHECK(poll(&look, 1, MOMENT_MS) == 0);
#endif
}

static void row_set_the_peer_of_a_udp_socket(void) {
    int fd = bound(SOCK_DGRAM), peer = bound(SOCK_DGRAM), stranger = bound(SOCK_DGRAM);
    struct sockaddr_in own = address_of(fd), address = address_of(peer);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(has_nothing(peer));
    CHECK(sendto(stranger, "no", 2, 0, (struct sockaddr *)&own, sizeof own) == 2);
    CHECK(has_nothing(fd));
    CHECK(sendto(peer, "yes", 3, 0, (struct sockaddr *)&own, sizeof own) == 3);
    CHECK(receives(fd, "yes"));
}

const struct row connections[] = {
    ROW(row_bind),
    ROW(row_listen),
    ROW(row_everything_up_to_listening),
    ROW(row_accept),
    ROW(row_connect),
    ROW(row_connect_to_a_name),
    ROW(row_connect_with_a_deadline),
    ROW(row_set_the_peer_of_a_udp_socket),
    {NULL, NULL},
};
