// The rows of "Addresses and sockets".
#include "rows.h"

static void row_ipv4_address_and_port(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9999)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // In memory as on the wire: the high byte first.
    CHECK(memcmp(&address.sin_port, "\x27\x0f", 2) == 0);
    CHECK(memcmp(&address.sin_addr, "\x7f\0\0\1", 4) == 0);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    CHECK(getpeername(fd, (struct sockaddr *)&peer, &length) == 0);
    CHECK(peer.sin_port == address.sin_port);
}

static void row_ipv6_address_and_port(void) {
    ipv6_only();
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(9999)};
    address.sin6_addr = in6addr_loopback;
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    struct sockaddr_in6 peer;
    socklen_t length = sizeof peer;
    CHECK(getpeername(fd, (struct sockaddr *)&peer, &length) == 0);
    CHECK(memcmp(&peer.sin6_port, "\x27\x0f", 2) == 0);
    CHECK(peer.sin6_flowinfo == 0 && peer.sin6_scope_id == 0);
}

static void row_every_ipv4_address_of_this_machine(void) {
    struct sockaddr_in every = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    // Bound only: nothing outside this machine can connect to a socket that does not listen.
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(fd, (struct sockaddr *)&every, sizeof every) == 0);
    CHECK(strcmp(inet_ntoa(address_of(fd).sin_addr), "0.0.0.0") == 0);
}

static void row_loopback_address(void) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(strcmp(inet_ntoa(address_of(fd).sin_addr), "127.0.0.1") == 0);
}

static void row_any_free_port(void) {
    struct sockaddr_in address = loopback();
    address.sin_port = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(address_of(fd).sin_port != 0);
}

static void row_text_ip_address(void) {
    struct in_addr ip;
    CHECK(inet_pton(AF_INET, "127.0.0.1", &ip) == 1 && ip.s_addr == htonl(0x7f000001));
    CHECK(inet_pton(AF_INET, "127.1", &ip) == 0);
    CHECK(inet_aton("127.1", &ip) == 1 && ip.s_addr == htonl(0x7f000001));
}

static void row_ip_address_text(void) {
    struct in_addr ip = loopback().sin_addr;
    char text[INET_ADDRSTRLEN];
    CHECK(inet_ntop(AF_INET, &ip, text, sizeof text) == text);
    CHECK(strcmp(text, "127.0.0.1") == 0);
}

static void row_tcp_socket(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM);
    char command[50];
    snprintf(command, sizeof command, "exec test -e /dev/fd/%d", fd);
    CHECK(system(command) == 0);
#ifdef SOCK_CLOEXEC
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(command, sizeof command, "exec test -e /dev/fd/%d", fd);
    CHECK(system(command) != 0);
#endif
}

static void row_udp_socket(void) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(option(fd, SOL_SOCKET, SO_TYPE) == SOCK_DGRAM);
    CHECK(address_of(fd).sin_port == 0);
}

static void row_ipv6_socket(void) {
    ipv6_only();
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    CHECK(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
    CHECK(address.ss_family == AF_INET6);
}

static void row_between_processes_of_this_machine(void) {
    char folder[] = "/tmp/three_languages.XXXXXX";
    CHECK(mkdtemp(folder) == folder);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s", folder);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int is_bound = bind(listener, (struct sockaddr *)&address, sizeof address);
    bool is_connected = is_bound == 0 && listen(listener, 1) == 0 &&
                        connect(fd, (struct sockaddr *)&address, sizeof address) == 0;
    unlink(address.sun_path);
    rmdir(folder);
    CHECK(is_connected);
    int peer = accept(listener, NULL, NULL);
    CHECK(send(fd, "hi", 2, 0) == 2 && receives(peer, "hi"));
}

static void row_two_connected_sockets(void) {
    int pair[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    CHECK(send(pair[0], "hi", 2, 0) == 2 && receives(pair[1], "hi"));
}

static void row_raw_socket(void) {
    if (geteuid() == 0) {
        // Root gives its privileges up, and tries first with them.
        int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
        CHECK(fd != -1 || errno == EPERM);
        CHECK(setgid(65534) == 0 && setuid(65534) == 0);
    }
    CHECK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) == -1 && errno == EPERM);
}

static void row_one_more_descriptor(void) {
    struct ends ends = connected();
    int other = dup(ends.fd), on = 1;
    CHECK(other != -1 && other != ends.fd);
    CHECK(setsockopt(other, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
    CHECK(option(ends.fd, IPPROTO_TCP, TCP_NODELAY) != 0);
    close(other);
    CHECK(send(ends.fd, "hi", 2, 0) == 2 && receives(ends.peer, "hi"));
}

static void row_number_of_the_descriptor(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct stat kind;
    CHECK(fstat(fd, &kind) == 0 && S_ISSOCK(kind.st_mode));
}

static void row_local_address(void) {
    int listener = listening(), fd = connected_to(address_of(listener));
    struct sockaddr_in own, accepted;
    socklen_t length = sizeof own;
    CHECK(getsockname(fd, (struct sockaddr *)&own, &length) == 0);
    CHECK(accept(listener, (struct sockaddr *)&accepted, &length) != -1);
    CHECK(own.sin_port == accepted.sin_port);
}

static void row_peer_s_address(void) {
    int listener = listening(), fd = connected_to(address_of(listener));
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    CHECK(getpeername(fd, (struct sockaddr *)&peer, &length) == 0);
    CHECK(peer.sin_port == address_of(listener).sin_port);
}

const struct row addresses[] = {
    ROW(row_ipv4_address_and_port),
    ROW(row_ipv6_address_and_port),
    ROW(row_every_ipv4_address_of_this_machine),
    ROW(row_loopback_address),
    ROW(row_any_free_port),
    ROW(row_text_ip_address),
    ROW(row_ip_address_text),
    ROW(row_tcp_socket),
    ROW(row_udp_socket),
    ROW(row_ipv6_socket),
    ROW(row_between_processes_of_this_machine),
    ROW(row_two_connected_sockets),
    ROW(row_raw_socket),
    ROW(row_one_more_descriptor),
    ROW(row_number_of_the_descriptor),
    ROW(row_local_address),
    ROW(row_peer_s_address),
    {NULL, NULL},
};
