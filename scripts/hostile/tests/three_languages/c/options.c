// The rows of "Options".
#include "rows.h"

static bool is_on(int fd, int level, int name) { return option(fd, level, name) != 0; }

static bool set(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

static void row_so_reuseaddr(void) {
    int fd = listening();
    CHECK(!is_on(fd, SOL_SOCKET, SO_REUSEADDR));
    CHECK(set(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    CHECK(is_on(fd, SOL_SOCKET, SO_REUSEADDR));
}

static void row_so_reuseport(void) {
    int first = socket(AF_INET, SOCK_STREAM, 0), second = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(set(first, SOL_SOCKET, SO_REUSEPORT, 1) && set(second, SOL_SOCKET, SO_REUSEPORT, 1));
    struct sockaddr_in address = loopback();
    CHECK(bind(first, (struct sockaddr *)&address, sizeof address) == 0);
    // The same port twice.
    address = address_of(first);
    CHECK(bind(second, (struct sockaddr *)&address, sizeof address) == 0);
}

static void row_ipv6_v6only(void) {
    ipv6_only();
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK(set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
    CHECK(is_on(fd, IPPROTO_IPV6, IPV6_V6ONLY));
}

static void row_tcp_nodelay(void) {
    struct ends ends = connected();
    CHECK(!is_on(ends.fd, IPPROTO_TCP, TCP_NODELAY));
    CHECK(!is_on(ends.peer, IPPROTO_TCP, TCP_NODELAY));
    CHECK(set(ends.fd, IPPROTO_TCP, TCP_NODELAY, 1));
    CHECK(is_on(ends.fd, IPPROTO_TCP, TCP_NODELAY));
}

static void row_so_keepalive(void) {
    struct ends ends = connected();
    CHECK(!is_on(ends.fd, SOL_SOCKET, SO_KEEPALIVE));
    CHECK(!is_on(ends.peer, SOL_SOCKET, SO_KEEPALIVE));
    CHECK(set(ends.fd, SOL_SOCKET, SO_KEEPALIVE, 1));
    CHECK(is_on(ends.fd, SOL_SOCKET, SO_KEEPALIVE));
}

static void row_so_linger(void) {
    struct ends ends = connected();
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    CHECK(setsockopt(ends.peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
    close(ends.peer);
#ifdef __linux__
    char byte;
    FAILS_WITH(ECONNRESET, recv(ends.fd, &byte, 1, 0));
#endif
}

static void row_so_rcvbuf_so_sndbuf(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), names[] = {SO_RCVBUF, SO_SNDBUF};
    for (size_t i = 0; i < 2; i++) {
        CHECK(set(fd, SOL_SOCKET, names[i], 20000));
#ifdef __linux__
        CHECK(option(fd, SOL_SOCKET, names[i]) == 40000);
#endif
    }
}

static void row_so_rcvtimeo_so_sndtimeo(void) {
    struct ends ends = connected();
    struct timeval moment = {.tv_usec = MOMENT_MS * 1000};
    CHECK(setsockopt(ends.fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment) == 0);
    CHECK(setsockopt(ends.fd, SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof moment) == 0);
    char byte;
    FAILS_WITH(EAGAIN, recv(ends.fd, &byte, 1, 0));
    static char much[64 << 20];
    ssize_t n;
    do n = send(ends.fd, much, sizeof much, 0);
    while (n > 0);
    CHECK(n == -1 && errno == EAGAIN);
}

static void row_so_broadcast(void) {
    linux_only();
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    // The broadcast address of loopback.
    struct sockaddr_in all = {.sin_family = AF_INET, .sin_port = htons(9)};
    all.sin_addr.s_addr = htonl(0x7fffffff);
    FAILS_WITH(EACCES, sendto(fd, "x", 1, 0, (struct sockaddr *)&all, sizeof all));
    CHECK(set(fd, SOL_SOCKET, SO_BROADCAST, 1));
    CHECK(sendto(fd, "x", 1, 0, (struct sockaddr *)&all, sizeof all) == 1);
}

static void row_ip_ttl(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(set(fd, IPPROTO_IP, IP_TTL, 1) && option(fd, IPPROTO_IP, IP_TTL) == 1);
    CHECK(set(fd, IPPROTO_IP, IP_TTL, 255) && option(fd, IPPROTO_IP, IP_TTL) == 255);
#ifdef __linux__
    CHECK(!set(fd, IPPROTO_IP, IP_TTL, 0) && errno == EINVAL);
    CHECK(!set(fd, IPPROTO_IP, IP_TTL, 256) && errno == EINVAL);
#endif
}

static void row_ip_add_membership(void) {
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct ip_mreq group = {.imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    CHECK(inet_pton(AF_INET, "239.255.1.2", &group.imr_multiaddr) == 1);
    CHECK(sizeof group == 8);
    CHECK(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0);
    FAILS_WITH(EADDRINUSE, setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
}

static void row_tcp_user_timeout(void) {
    linux_only();
#ifdef __linux__
    int fd = socket(AF_INET, SOCK_STREAM, 0), milliseconds = 1500;
    CHECK(set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds));
    CHECK(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT) == milliseconds);
#endif
}

static void row_ip_recverr(void) {
    linux_only();
#ifdef __linux__
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(!is_on(fd, IPPROTO_IP, IP_RECVERR));
    CHECK(set(fd, IPPROTO_IP, IP_RECVERR, 1));
    CHECK(is_on(fd, IPPROTO_IP, IP_RECVERR));
#endif
}

const struct row options[] = {
    ROW(row_so_reuseaddr),
    ROW(row_so_reuseport),
    ROW(row_ipv6_v6only),
    ROW(row_tcp_nodelay),
    ROW(row_so_keepalive),
    ROW(row_so_linger),
    ROW(row_so_rcvbuf_so_sndbuf),
    ROW(row_so_rcvtimeo_so_sndtimeo),
    ROW(row_so_broadcast),
    ROW(row_ip_ttl),
    ROW(row_ip_add_membership),
    ROW(row_tcp_user_timeout),
    ROW(row_ip_recverr),
    {NULL, NULL},
};
