// The rows of "Ending".
#include "rows.h"

static void row_send_no_more(void) {
    struct ends both = connected();
    int fd = both.fd, other = dup(fd);
    CHECK(other != -1);
    CHECK(shutdown(fd, SHUT_WR) == 0);
    // FIN came, although there is another descriptor.
    CHECK(has_ended(both.peer));
    CHECK(fcntl(fd, F_GETFD) != -1);
    CHECK(send(both.peer, "hi", 2, 0) == 2 && receives(fd, "hi"));
}

static int receive(int fd) {
    char byte;
    return (int)recv(fd, &byte, 1, 0);
}

static void row_read_no_more_or_neither(void) {
    int how[] = {SHUT_RD, SHUT_RDWR};
    for (size_t i = 0; i < 2; i++) {
        struct ends both = connected();
        struct waiting waiting;
        starts(&waiting, receive, both.fd);
        CHECK(shutdown(both.fd, how[i]) == 0);
        finishes(&waiting);
        CHECK(waiting.result == 0);
    }
}

static void row_close(void) {
    struct ends both = connected();
    int fd = both.fd, other = dup(fd);
    CHECK(close(fd) == 0);
    CHECK(has_nothing(both.peer));
    CHECK(close(other) == 0);
    CHECK(has_ended(both.peer));
}

static void row_forget_to_close(void) {
    int listener = listening(), go_on[2];
    CHECK(pipe(go_on) == 0);
    struct sockaddr_in address = address_of(listener);
    pid_t forgetful = child();
    if (forgetful == 0) {
        close(go_on[1]);
        {
            int fd = connected_to(address);
            (void)fd;
        }
        // The name is gone, the descriptor is not.
        char byte;
        CHECK(read(go_on[0], &byte, 1) == 0);
        _exit(0);
    }
    int peer = accept(listener, NULL, NULL);
    CHECK(peer != -1 && has_nothing(peer));
    close(go_on[1]);
    CHECK(has_ended(peer));
    CHECK(status_of(forgetful) == 0);
}

static void row_use_after_closing(void) {
    int pair[2], other[2];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    int old = pair[0];
    CHECK(close(old) == 0);
    FAILS_WITH(EBADF, send(old, "x", 1, 0));
    // A new socket gets the lowest free number: that one.
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, other) == 0 && other[0] == old);
    CHECK(send(old, "x", 1, 0) == 1 && receives(other[1], "x"));
}

static void row_error_while_closing(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(close(fd) == 0);
    CHECK(close(fd) == -1 && errno == EBADF);
    int other = socket(AF_INET, SOCK_STREAM, 0);
    // The number is another's: to close again would close that one.
    CHECK(other == fd);
}

static void row_end_of_the_process(void) {
    int listener = listening();
    struct sockaddr_in address = address_of(listener);
    int go_on[2];
    CHECK(pipe(go_on) == 0);
    pid_t other = child();
    if (other == 0) {
        close(go_on[1]);
        connected_to(address);
        char byte;
        CHECK(read(go_on[0], &byte, 1) == 0);
        _exit(0);
    }
    int peer = accept(listener, NULL, NULL);
    CHECK(peer != -1 && has_nothing(peer));
    close(go_on[1]);
    CHECK(has_ended(peer));
    CHECK(status_of(other) == 0);
}

const struct row ending[] = {
    ROW(row_send_no_more),
    ROW(row_read_no_more_or_neither),
    ROW(row_close),
    ROW(row_forget_to_close),
    ROW(row_use_after_closing),
    ROW(row_error_while_closing),
    ROW(row_end_of_the_process),
    {NULL, NULL},
};
