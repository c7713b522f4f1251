// The rows of "Reading and writing".
#include "rows.h"

// More than the buffers of both ends hold.
enum { TOO_MUCH = 64 << 20 };
static char much[TOO_MUCH];

static void row_read_some(void) {
    struct ends ends = connected();
    char buffer[100];
    CHECK(send(ends.peer, "hi", 2, 0) == 2);
    CHECK(recv(ends.fd, buffer, sizeof buffer, 0) == 2);
    CHECK(send(ends.peer, "there", 5, 0) == 5);
    CHECK(read(ends.fd, buffer, 0) == 0);
    CHECK(read(ends.fd, buffer, sizeof buffer) == 5);
    close(ends.peer);
    CHECK(recv(ends.fd, buffer, sizeof buffer, 0) == 0);
    CHECK(read(ends.fd, buffer, sizeof buffer) == 0);
}

static int receive_four(int fd) {
    char buffer[4];
    return (int)recv(fd, buffer, sizeof buffer, MSG_WAITALL);
}

static void row_read_exactly_n_bytes(void) {
    struct ends ends = connected();
    struct waiting waiting;
    CHECK(send(ends.peer, "12", 2, 0) == 2);
    starts(&waiting, receive_four, ends.fd);
    CHECK(send(ends.peer, "34", 2, 0) == 2);
    finishes(&waiting);
    CHECK(waiting.result == 4);
    // A signal cuts it short, even if the handler has SA_RESTART.
    handles(SA_RESTART);
    CHECK(send(ends.peer, "56", 2, 0) == 2);
    starts(&waiting, receive_four, ends.fd);
    is_interrupted(&waiting);
    CHECK(waiting.result == 2);
    CHECK(send(ends.peer, "789", 3, 0) == 3);
    close(ends.peer);
    char buffer[4];
    CHECK(recv(ends.fd, buffer, sizeof buffer, MSG_WAITALL) == 3);
}

static void row_read_to_the_end(void) {
    struct ends ends = connected();
    CHECK(send(ends.peer, "12345", 5, 0) == 5);
    close(ends.peer);
    char all[10];
    size_t count = 0;
    for (;;) {
        ssize_t n = recv(ends.fd, all + count, 2, 0);
        if (n == 0) break;
        CHECK(n > 0);
        count += (size_t)n;
    }
    CHECK(count == 5 && memcmp(all, "12345", 5) == 0);
}

static void row_read_a_line(void) {
    struct ends ends = connected();
    CHECK(send(ends.peer, "one\ntwo\n", 8, 0) == 8);
    FILE *reader = fdopen(ends.fd, "r");
    CHECK(reader != NULL);
    char *line = NULL;
    size_t room = 0;
    CHECK(getline(&line, &room, reader) == 4 && strcmp(line, "one\n") == 0);
    // The second line is in the reader.
    CHECK(has_nothing(ends.fd));
    CHECK(getline(&line, &room, reader) == 4 && strcmp(line, "two\n") == 0);
    free(line);
    fclose(reader);
}

static void row_look_without_taking(void) {
    struct ends ends = connected();
    char buffer[100];
    CHECK(send(ends.peer, "hi", 2, 0) == 2);
    CHECK(recv(ends.fd, buffer, sizeof buffer, MSG_PEEK) == 2);
    CHECK(recv(ends.fd, buffer, sizeof buffer, 0) == 2);
}

static void row_send_some(void) {
    struct ends ends = connected();
    CHECK(send(ends.fd, "hi", 2, 0) == 2);
    CHECK(write(ends.fd, "hi", 2) == 2);
    CHECK(fcntl(ends.fd, F_SETFL, O_NONBLOCK) == 0);
    ssize_t n = send(ends.fd, much, sizeof much, 0);
    CHECK(n > 0 && n < TOO_MUCH);
}

static int take_all(int fd) {
    static char piece[1 << 16];
    int count = 0;
    ssize_t n;
    while ((n = recv(fd, piece, sizeof piece, 0)) > 0) count += (int)n;
    return n == 0 ? count : -1;
}

static void row_send_all(void) {
    struct ends ends = connected();
    struct waiting waiting;
    starts(&waiting, take_all, ends.peer);
    for (size_t count = 0; count < sizeof much;) {
        ssize_t n = send(ends.fd, much + count, sizeof much - count, 0);
        CHECK(n > 0);
        count += (size_t)n;
    }
    close(ends.fd);
    finishes(&waiting);
    CHECK(waiting.result == TOO_MUCH);
}

static void row_collect_then_send(void) {
    struct ends ends = connected();
    FILE *writer = fdopen(ends.fd, "w");
    CHECK(writer != NULL);
    fputs("one ", writer);
    fputs("two", writer);
    CHECK(has_nothing(ends.peer));
    CHECK(fflush(writer) == 0);
    CHECK(receives(ends.peer, "one two"));
    // Without it there is no buffer.
    CHECK(send(ends.fd, "three", 5, 0) == 5);
    CHECK(receives(ends.peer, "three"));
    fclose(writer);
}

static void row_send_a_datagram(void) {
    int fd = bound(SOCK_DGRAM), peer = bound(SOCK_DGRAM);
    struct sockaddr_in at = address_of(peer);
    char data[8000] = "", buffer[9000];
    CHECK(sendto(fd, data, sizeof data, 0, (struct sockaddr *)&at, sizeof at) == sizeof data);
    CHECK(recv(peer, buffer, sizeof buffer, 0) == sizeof data);
    FAILS_WITH(EMSGSIZE, sendto(fd, much, 65508, 0, (struct sockaddr *)&at, sizeof at));
}

static void row_receive_a_datagram(void) {
    int fd = bound(SOCK_DGRAM), peer = bound(SOCK_DGRAM);
    struct sockaddr_in at = address_of(fd), from;
    socklen_t length = sizeof from;
    CHECK(sendto(peer, "12345", 5, 0, (struct sockaddr *)&at, sizeof at) == 5);
    CHECK(sendto(peer, "", 0, 0, (struct sockaddr *)&at, sizeof at) == 0);
    CHECK(sendto(peer, "67", 2, 0, (struct sockaddr *)&at, sizeof at) == 2);
    char buffer[3];
    CHECK(recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length) == 3);
    CHECK(from.sin_port == address_of(peer).sin_port);
    CHECK(recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length) == 0);
    CHECK(recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length) == 2);
}

static void row_send_when_the_peer_takes_no_more(void) {
    struct ends ends = connected();
    CHECK(shutdown(ends.fd, SHUT_WR) == 0);
    // A process of its own: SIGPIPE ends it.
    CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    pid_t sender = child();
    if (sender == 0) {
        send(ends.fd, "x", 1, 0);
        _exit(0);
    }
    int status = status_of(sender);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
#ifdef MSG_NOSIGNAL
    FAILS_WITH(EPIPE, send(ends.fd, "x", 1, MSG_NOSIGNAL));
#endif
    CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    FAILS_WITH(EPIPE, send(ends.fd, "x", 1, 0));
}

const struct row reading_writing[] = {
    ROW(row_read_some),
    ROW(row_read_exactly_n_bytes),
    ROW(row_read_to_the_end),
    ROW(row_read_a_line),
    ROW(row_look_without_taking),
    ROW(row_send_some),
    ROW(row_send_all),
    ROW(row_collect_then_send),
    ROW(row_send_a_datagram),
    ROW(row_receive_a_datagram),
    ROW(row_send_when_the_peer_takes_no_more),
    {NULL, NULL},
};
