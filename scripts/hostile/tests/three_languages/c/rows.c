// Runs the functions row_* beside this file: one for each row of the tables of
// book/reference/python-rust-c.en.md, in a file named for the section.
//
// Each row is a process of its own, so that it may change what a process has: signals, limits,
// descriptors. Prints a line for each row that held; one that did not says why on stderr, and the
// exit status is 1.
#include "rows.h"

extern const struct row addresses[], connections[], reading_writing[], ending[], waiting[],
    options[], names[], bytes[], errors[];

static const struct {
    const char *name;
    const struct row *rows;
} SECTIONS[] = {
    {"addresses", addresses},
    {"connections", connections},
    {"reading_writing", reading_writing},
    {"ending", ending},
    {"waiting", waiting},
    {"options", options},
    {"names", names},
    {"bytes", bytes},
    {"errors", errors},
};

// The exit status of a row that this machine cannot try.
enum { SKIPPED = 77 };

static bool holds(const char *section, const struct row *row) {
    int reasons[2];
    CHECK(pipe(reasons) == 0);
    pid_t id = child();
    if (id == 0) {
        CHECK(dup2(reasons[1], STDOUT_FILENO) != -1);
        close(reasons[0]);
        close(reasons[1]);
        row->run();
        _exit(0);
    }
    close(reasons[1]);
    char reason[200] = "";
    ssize_t length = read(reasons[0], reason, sizeof reason - 1);
    close(reasons[0]);
    int status = status_of(id);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        printf("passed %s %s\n", section, row->name);
        return true;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
        printf("skipped: %s %s: %.*s\n", section, row->name, length > 0 ? (int)length : 0, reason);
        return true;
    }
    fprintf(stderr, "FAILED %s %s", section, row->name);
    if (WIFSIGNALED(status)) fprintf(stderr, ", ended by signal %d", WTERMSIG(status));
    fprintf(stderr, "\n");
    return false;
}

int main(void) {
    bool all_hold = true;
    for (size_t i = 0; i < sizeof SECTIONS / sizeof SECTIONS[0]; i++)
        for (const struct row *row = SECTIONS[i].rows; row->name != NULL; row++)
            if (!holds(SECTIONS[i].name, row)) all_hold = false;
    return all_hold ? 0 : 1;
}

void failed(const char *file, int line, const char *what) {
    int number = errno;
    fprintf(stderr, "%s:%d: %s (errno %d: %s)\n", file, line, what, number, strerror(number));
    _exit(1);
}

pid_t child(void) {
    fflush(stdout);
    pid_t id = fork();
    CHECK(id != -1);
    // An alarm is not inherited.
    if (id == 0) alarm(DEADLINE_SECONDS);
    return id;
}

int status_of(pid_t child) {
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    return status;
}

void skip(const char *why) {
    printf("%s", why);
    fflush(stdout);
    _exit(SKIPPED);
}

void linux_only(void) {
#ifndef __linux__
    skip("Linux only");
#endif
}

struct sockaddr_in loopback(void) {
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
}

struct sockaddr_in address_of(int fd) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    CHECK(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
    return address;
}

int bound(int type) {
    int fd = socket(AF_INET, type, 0);
    struct sockaddr_in address = loopback();
    CHECK(fd != -1);
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

int listening(void) {
    int fd = bound(SOCK_STREAM);
    CHECK(listen(fd, 10) == 0);
    return fd;
}

int connected_to(struct sockaddr_in address) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd != -1);
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

struct ends connected(void) {
    int listener = listening();
    struct ends ends = {.fd = connected_to(address_of(listener))};
    ends.peer = accept(listener, NULL, NULL);
    CHECK(ends.peer != -1);
    close(listener);
    return ends;
}

int full(void) {
    linux_only();
    int listener = bound(SOCK_STREAM);
    CHECK(listen(listener, 0) == 0);
    connected_to(address_of(listener));
    return listener;
}

void ipv6_only(void) {
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    if (fd == -1 || bind(fd, (struct sockaddr *)&address, sizeof address) == -1)
        skip("no IPv6 here");
    close(fd);
}

bool is_readable(int fd, int wait_ms) {
    struct pollfd look = {.fd = fd, .events = POLLIN};
    int count = poll(&look, 1, wait_ms);
    CHECK(count != -1);
    return count == 1;
}

bool has_nothing(int fd) { return !is_readable(fd, MOMENT_MS); }

bool receives(int fd, const char *text) {
    size_t length = strlen(text);
    char buffer[100];
    CHECK(length <= sizeof buffer);
    for (size_t count = 0; count < length;) {
        ssize_t n = is_readable(fd, PATIENCE_MS) ? recv(fd, buffer + count, length - count, 0) : 0;
        if (n <= 0) return false;
        count += (size_t)n;
    }
    return memcmp(buffer, text, length) == 0;
}

bool has_ended(int fd) {
    char byte;
    return is_readable(fd, PATIENCE_MS) && recv(fd, &byte, 1, 0) == 0;
}

int option(int fd, int level, int name) {
    int value;
    socklen_t length = sizeof value;
    CHECK(getsockopt(fd, level, name, &value, &length) == 0);
    return value;
}

void reset(int fd) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
    CHECK(close(fd) == 0);
}

double seconds(void) {
    struct timespec now;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// What two threads use of `struct waiting` at the same time.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static atomic_int handled;

static void counts(int number) {
    (void)number;
    handled++;
}

void handles(int flags) {
    struct sigaction action = {.sa_handler = counts, .sa_flags = flags};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    handled = 0;
}

static void *runs(void *argument) {
    struct waiting *waiting = argument;
    pthread_mutex_lock(&lock);
#ifdef __linux__
    waiting->id = (pid_t)syscall(SYS_gettid);
#endif
    pthread_mutex_unlock(&lock);
    errno = 0;
    int result = waiting->call(waiting->fd), number = errno;
    pthread_mutex_lock(&lock);
    waiting->result = result;
    waiting->number = number;
    waiting->is_done = true;
    pthread_mutex_unlock(&lock);
    return NULL;
}

static bool is_done(struct waiting *waiting) {
    pthread_mutex_lock(&lock);
    bool is_done = waiting->is_done;
    pthread_mutex_unlock(&lock);
    return is_done;
}

// Whether the thread has ended or sleeps in the kernel; elsewhere than on Linux, true.
static bool has_begun(struct waiting *waiting) {
#ifdef __linux__
    pthread_mutex_lock(&lock);
    pid_t id = waiting->id;
    pthread_mutex_unlock(&lock);
    char text[300] = "";
    snprintf(text, sizeof text, "/proc/self/task/%d/stat", (int)id);
    FILE *file = id == 0 ? NULL : fopen(text, "r");
    if (file == NULL) return is_done(waiting);
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[count] = '\0';
    const char *state = strrchr(text, ')');
    return is_done(waiting) || (state != NULL && state[1] == ' ' && state[2] == 'S');
#else
    (void)waiting;
    return true;
#endif
}

void starts(struct waiting *waiting, int (*call)(int fd), int fd) {
    *waiting = (struct waiting){.call = call, .fd = fd};
    CHECK(pthread_create(&waiting->thread, NULL, runs, waiting) == 0);
    while (!has_begun(waiting)) poll(NULL, 0, 1);
}

void finishes(struct waiting *waiting) { CHECK(pthread_join(waiting->thread, NULL) == 0); }

void is_interrupted(struct waiting *waiting) {
    while (!is_done(waiting)) {
        // It may have ended since: some systems call that ESRCH.
        int error = pthread_kill(waiting->thread, SIGUSR1);
        CHECK(error == 0 || error == ESRCH);
        poll(NULL, 0, 1);
    }
    finishes(waiting);
    CHECK(handled > 0);
}

void is_signaled(struct waiting *waiting, int count) {
    while (handled < count) {
        CHECK(!is_done(waiting));
        CHECK(pthread_kill(waiting->thread, SIGUSR1) == 0);
        poll(NULL, 0, 1);
    }
    while (!has_begun(waiting)) poll(NULL, 0, 1);
    CHECK(!is_done(waiting));
}
