// The rows of "Errors": each errno comes from a real call, where one on loopback has it.
#include "rows.h"

static int connecting(struct sockaddr_in address) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd != -1);
    return connect(fd, (struct sockaddr *)&address, sizeof address);
}

static void row_econnrefused(void) {
    // Bound, and nobody listens.
    CHECK(connecting(address_of(bound(SOCK_STREAM))) == -1 && errno == ECONNREFUSED);
}

static void row_etimedout(void) {
    linux_only();
#ifdef __linux__
    int fd = socket(AF_INET, SOCK_STREAM, 0), millisecond = 1;
    CHECK(setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &millisecond, sizeof millisecond) == 0);
    struct sockaddr_in address = address_of(full());
    FAILS_WITH(ETIMEDOUT, connect(fd, (struct sockaddr *)&address, sizeof address));
#endif
}

// The broadcast address of loopback.
static struct sockaddr_in broadcast(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    address.sin_addr.s_addr = htonl(0x7fffffff);
    return address;
}

static void row_enetunreach(void) {
    linux_only();
    // TCP has no broadcast.
    CHECK(connecting(broadcast()) == -1 && errno == ENETUNREACH);
}

static void row_ehostunreach(void) {
    // No call on loopback has it; the name is there, with a text.
    CHECK(strlen(strerror(EHOSTUNREACH)) > 0);
}

static void row_econnreset(void) {
    struct ends ends = connected();
    char byte;
    reset(ends.peer);
    FAILS_WITH(ECONNRESET, recv(ends.fd, &byte, 1, 0));
}

static void row_epipe(void) {
    struct ends ends = connected();
    CHECK(shutdown(ends.fd, SHUT_WR) == 0);
    pid_t sender = child();
    if (sender == 0) {
        send(ends.fd, "x", 1, 0);
        _exit(0);
    }
    int status = status_of(sender);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
    signal(SIGPIPE, SIG_IGN);
    FAILS_WITH(EPIPE, send(ends.fd, "x", 1, 0));
}

static void row_econnaborted(void) {
    // No call on loopback has it; the name is there, with a text.
    CHECK(strlen(strerror(ECONNABORTED)) > 0);
}

static void row_eaddrinuse(void) {
    struct sockaddr_in address = address_of(listening());
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    FAILS_WITH(EADDRINUSE, bind(fd, (struct sockaddr *)&address, sizeof address));
}

static void row_eaddrnotavail(void) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    // An address for documents (RFC 5737), which no machine has.
    struct sockaddr_in address = {.sin_family = AF_INET};
    CHECK(inet_pton(AF_INET, "198.51.100.1", &address.sin_addr) == 1);
    FAILS_WITH(EADDRNOTAVAIL, bind(fd, (struct sockaddr *)&address, sizeof address));
}

static void row_eacces(void) {
    linux_only();
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in all = broadcast();
    FAILS_WITH(EACCES, sendto(fd, "x", 1, 0, (struct sockaddr *)&all, sizeof all));
}

static void row_eagain(void) {
    struct ends ends = connected();
    char byte;
    FAILS_WITH(EAGAIN, recv(ends.fd, &byte, 1, MSG_DONTWAIT));
    struct timeval moment = {.tv_usec = MOMENT_MS * 1000};
    CHECK(setsockopt(ends.fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment) == 0);
    FAILS_WITH(EAGAIN, recv(ends.fd, &byte, 1, 0));
}

static void row_einprogress(void) {
    struct sockaddr_in address = address_of(listening());
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    FAILS_WITH(EINPROGRESS, connect(fd, (struct sockaddr *)&address, sizeof address));
}

static int receive(int fd) {
    char byte;
    return (int)recv(fd, &byte, 1, 0);
}

static void row_eintr(void) {
    struct waiting waiting;
    handles(0);
    starts(&waiting, receive, connected().fd);
    is_interrupted(&waiting);
    CHECK(waiting.result == -1 && waiting.number == EINTR);
}

static void row_emfile(void) {
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = 3;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    FAILS_WITH(EMFILE, socket(AF_INET, SOCK_STREAM, 0));
}

static void row_enotconn(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in peer;
    socklen_t length = sizeof peer;
    FAILS_WITH(ENOTCONN, getpeername(fd, (struct sockaddr *)&peer, &length));
    FAILS_WITH(ENOTCONN, shutdown(fd, SHUT_RDWR));
}

static void row_emsgsize(void) {
    int fd = bound(SOCK_DGRAM);
    static char data[65508];
    struct sockaddr_in at = address_of(fd);
    FAILS_WITH(EMSGSIZE, sendto(fd, data, sizeof data, 0, (struct sockaddr *)&at, sizeof at));
}

static void row_ebadf(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(close(fd) == 0);
    FAILS_WITH(EBADF, send(fd, "x", 1, 0));
}

static void row_the_name_is_not_found(void) {
    // No resolver is asked: this is not a number.
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST}, *found;
    int error = getaddrinfo("not.a.number", "80", &hints, &found);
    CHECK(error == EAI_NONAME);
    CHECK(strlen(gai_strerror(error)) > 0);
}

static void row_your_own_deadline_has_passed(void) {
    struct ends ends = connected();
    char byte;
    struct timeval moment = {.tv_usec = MOMENT_MS * 1000};
    CHECK(setsockopt(ends.fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment) == 0);
    FAILS_WITH(EAGAIN, recv(ends.fd, &byte, 1, 0));
    struct pollfd look = {.fd = ends.fd, .events = POLLIN};
    CHECK(poll(&look, 1, MOMENT_MS) == 0);
}

static void row_the_peer_ended_early(void) {
    struct ends ends = connected();
    CHECK(send(ends.peer, "12", 2, 0) == 2);
    close(ends.peer);
    char four[4];
    CHECK(recv(ends.fd, four, sizeof four, MSG_WAITALL) == 2);
    CHECK(recv(ends.fd, four, sizeof four, MSG_WAITALL) == 0);
}

static void row_not_utf_8(void) {
    struct ends ends = connected();
    CHECK(send(ends.peer, "a\xff\n", 3, 0) == 3);
    CHECK(receives(ends.fd, "a\xff\n"));
}

static void row_a_port_over_65535(void) {
    int port = 70000;
    struct sockaddr_in address = loopback();
    address.sin_port = htons(port);
    CHECK(ntohs(address.sin_port) == 4464);
}

const struct row errors[] = {
    ROW(row_econnrefused),
    ROW(row_etimedout),
    ROW(row_enetunreach),
    ROW(row_ehostunreach),
    ROW(row_econnreset),
    ROW(row_epipe),
    ROW(row_econnaborted),
    ROW(row_eaddrinuse),
    ROW(row_eaddrnotavail),
    ROW(row_eacces),
    ROW(row_eagain),
    ROW(row_einprogress),
    ROW(row_eintr),
    ROW(row_emfile),
    ROW(row_enotconn),
    ROW(row_emsgsize),
    ROW(row_ebadf),
    ROW(row_the_name_is_not_found),
    ROW(row_your_own_deadline_has_passed),
    ROW(row_the_peer_ended_early),
    ROW(row_not_utf_8),
    ROW(row_a_port_over_65535),
    {NULL, NULL},
};
