// The rows of "Waiting".
#include "rows.h"

static struct timeval milliseconds(int count) {
    return (struct timeval){.tv_sec = count / 1000, .tv_usec = count % 1000 * 1000};
}

static int receive(int fd) {
    char byte;
    return (int)recv(fd, &byte, 1, 0);
}

static int accept_one(int fd) { return accept(fd, NULL, NULL); }

static int poll_it(int fd) {
    struct pollfd look = {.fd = fd, .events = POLLIN};
    return poll(&look, 1, PATIENCE_MS);
}

static void row_deadline_for_reading(void) {
    struct ends ends = connected();
    struct timeval deadline = milliseconds(MOMENT_MS);
    CHECK(setsockopt(ends.fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline) == 0);
    FAILS_WITH(EAGAIN, receive(ends.fd));
}

// How long a call of send may wait; the reader takes what is there, eight times as often.
enum { WRITING_MS = 400 };
static atomic_bool has_written;
static atomic_int longest_pause_ms;

static int read_slowly(int fd) {
    static char piece[1 << 20];
    double last = seconds();
    while (!has_written) {
        poll(NULL, 0, WRITING_MS / 8);
        if (recv(fd, piece, sizeof piece, 0) <= 0) return -1;
        int pause = (int)((seconds() - last) * 1000);
        if (pause > longest_pause_ms) longest_pause_ms = pause;
        last = seconds();
    }
    return 0;
}

// Whether three calls of send each gave up, after they had sent something.
static bool each_call_has_its_deadline(void) {
    struct ends ends = connected();
    int small = 1 << 15;
    CHECK(setsockopt(ends.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
    struct timeval deadline = milliseconds(WRITING_MS);
    CHECK(setsockopt(ends.fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline) == 0);
    static char much[64 << 20];
    struct waiting reader;
    has_written = false;
    longest_pause_ms = 0;
    starts(&reader, read_slowly, ends.peer);
    bool all = true;
    for (int i = 0; i < 3 && all; i++) {
        double began = seconds();
        ssize_t n = send(ends.fd, much, sizeof much, 0);
        int took_ms = (int)((seconds() - began) * 1000);
        all = n > 0 && n < (ssize_t)sizeof much;
        // The kernel counts in ticks of some milliseconds.
        CHECK(took_ms > WRITING_MS / 2);
    }
    has_written = true;
    CHECK(shutdown(ends.fd, SHUT_WR) == 0);
    finishes(&reader);
    return all;
}

static void row_deadline_for_writing(void) {
    linux_only();
    // On a busy machine the reader may pause for about as long as the deadline: that shows nothing.
    while (!each_call_has_its_deadline()) CHECK(longest_pause_ms > WRITING_MS / 2);
}

static void row_no_deadline(void) {
    struct ends ends = connected();
    int options[] = {SO_RCVTIMEO, SO_SNDTIMEO};
    for (size_t i = 0; i < 2; i++) {
        struct timeval deadline = milliseconds(1);
        socklen_t length = sizeof deadline;
        CHECK(getsockopt(ends.fd, SOL_SOCKET, options[i], &deadline, &length) == 0);
        CHECK(deadline.tv_sec == 0 && deadline.tv_usec == 0);
    }
    struct timeval deadline = milliseconds(1), none = {0};
    CHECK(setsockopt(ends.fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline) == 0);
    CHECK(setsockopt(ends.fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none) == 0);
    struct waiting waiting;
    starts(&waiting, receive, ends.fd);
    CHECK(send(ends.peer, "x", 1, 0) == 1);
    finishes(&waiting);
    CHECK(waiting.result == 1);
}

static void row_a_deadline_of_zero(void) {
    struct ends ends = connected();
    struct timeval zero = {.tv_sec = 0, .tv_usec = 0};
    CHECK(setsockopt(ends.fd, SOL_SOCKET, SO_RCVTIMEO, &zero, sizeof zero) == 0);
    struct waiting waiting;
    starts(&waiting, receive, ends.fd);
    poll(NULL, 0, MOMENT_MS);
    CHECK(send(ends.peer, "x", 1, 0) == 1);
    finishes(&waiting);
    CHECK(waiting.result == 1);
}

static void row_deadline_for_accept(void) {
    int listener = listening();
    struct timeval deadline = milliseconds(MOMENT_MS);
    CHECK(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline) == 0);
#ifdef __linux__
    FAILS_WITH(EAGAIN, accept(listener, NULL, NULL));
#endif
}

static void row_do_not_wait(void) {
    struct ends ends = connected();
    CHECK(fcntl(ends.fd, F_SETFL, O_NONBLOCK) == 0);
    FAILS_WITH(EAGAIN, receive(ends.fd));
}

static void row_do_not_wait_this_once(void) {
    struct ends ends = connected();
    char buffer[1];
    FAILS_WITH(EAGAIN, recv(ends.fd, buffer, sizeof buffer, MSG_DONTWAIT));
    // The next one waits.
    struct waiting waiting;
    starts(&waiting, receive, ends.fd);
    CHECK(send(ends.peer, "x", 1, 0) == 1);
    finishes(&waiting);
    CHECK(waiting.result == 1);
}

static void row_has_the_connection_failed(void) {
    // Bound, and nobody listens.
    struct sockaddr_in address = address_of(bound(SOCK_STREAM));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    FAILS_WITH(EINPROGRESS, connect(fd, (struct sockaddr *)&address, sizeof address));
    struct pollfd look = {.fd = fd, .events = POLLOUT};
    CHECK(poll(&look, 1, PATIENCE_MS) == 1);
    int error;
    socklen_t length = sizeof error;
    CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == ECONNREFUSED);
    CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0);
}

static void row_wait_for_several(void) {
    struct ends quiet = connected(), ends = connected();
    CHECK(send(ends.peer, "x", 1, 0) == 1);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(quiet.fd, &set);
    FD_SET(ends.fd, &set);
    struct timeval five = {.tv_sec = 5};
    int highest = ends.fd > quiet.fd ? ends.fd : quiet.fd;
    CHECK(select(highest + 1, &set, NULL, NULL, &five) == 1);
    CHECK(FD_ISSET(ends.fd, &set) && !FD_ISSET(quiet.fd, &set));
    struct pollfd all[] = {
        {.fd = quiet.fd, .events = POLLIN},
        {.fd = ends.fd, .events = POLLIN},
    };
    CHECK(poll(all, 2, 5000) == 1 && all[0].revents == 0 && all[1].revents == POLLIN);
#ifdef __linux__
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = quiet.fd};
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, quiet.fd, &event) == 0);
    event.data.fd = ends.fd;
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, ends.fd, &event) == 0);
    CHECK(epoll_wait(epoll, &event, 1, 5000) == 1 && event.data.fd == ends.fd);
#endif
}

static void row_a_signal_interrupts_the_wait(void) {
    struct ends ends = connected();
    int listener = listening();
    struct {
        int (*call)(int fd);
        int fd;
    } calls[] = {{receive, ends.fd}, {accept_one, listener}, {poll_it, ends.fd}};
    struct waiting waiting;
    // Without SA_RESTART, each of them.
    handles(0);
    for (size_t i = 0; i < 3; i++) {
        starts(&waiting, calls[i].call, calls[i].fd);
        is_interrupted(&waiting);
        CHECK(waiting.result == -1 && waiting.number == EINTR);
    }
    // With it, recv and accept go on.
    handles(SA_RESTART);
    starts(&waiting, receive, ends.fd);
    is_signaled(&waiting, 5);
    CHECK(send(ends.peer, "x", 1, 0) == 1);
    finishes(&waiting);
    CHECK(waiting.result == 1);
    handles(SA_RESTART);
    starts(&waiting, accept_one, listener);
    is_signaled(&waiting, 5);
    connected_to(address_of(listener));
    finishes(&waiting);
    CHECK(waiting.result != -1);
    // But not poll, and on Linux none that has a deadline.
    handles(SA_RESTART);
    starts(&waiting, poll_it, ends.fd);
    is_interrupted(&waiting);
    CHECK(waiting.result == -1 && waiting.number == EINTR);
#ifdef __linux__
    struct timeval deadline = milliseconds(PATIENCE_MS);
    for (size_t i = 0; i < 2; i++) {
        int fd = calls[i].fd;
        CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline) == 0);
        handles(SA_RESTART);
        starts(&waiting, calls[i].call, fd);
        is_interrupted(&waiting);
        CHECK(waiting.result == -1 && waiting.number == EINTR);
    }
#endif
}

const struct row waiting[] = {
    ROW(row_deadline_for_reading),
    ROW(row_deadline_for_writing),
    ROW(row_no_deadline),
    ROW(row_a_deadline_of_zero),
    ROW(row_deadline_for_accept),
    ROW(row_do_not_wait),
    ROW(row_do_not_wait_this_once),
    ROW(row_has_the_connection_failed),
    ROW(row_wait_for_several),
    ROW(row_a_signal_interrupts_the_wait),
    {NULL, NULL},
};
