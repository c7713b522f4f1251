// What the rows share. See rows.c.
#ifndef ROWS_H
#define ROWS_H

// With -std=c11 the C library hides what is not in C: these show POSIX and the options of Linux.
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/syscall.h>
#endif

// A row of a table: the name of its function, and the function. The last of a section has no name.
struct row {
    const char *name;
    void (*run)(void);
};
#define ROW(name) {#name, name}

// Ends the row, and says why, with errno.
#define CHECK(condition) ((condition) ? (void)0 : failed(__FILE__, __LINE__, #condition))
_Noreturn void failed(const char *file, int line, const char *what);

// As CHECK, for a call that must fail with this errno.
#define FAILS_WITH(number, call) CHECK((errno = 0, (call) == -1) && errno == (number))

// Ends the row: this machine cannot try it.
_Noreturn void skip(const char *why);
void linux_only(void);

// As fork, with a deadline for the child. Its status.
pid_t child(void);
int status_of(pid_t child);

// How long a look lasts that must find nothing, and how long a row waits for what must happen.
enum { MOMENT_MS = 50, PATIENCE_MS = 10 * 1000, DEADLINE_SECONDS = 30 };

// Port 0 of 127.0.0.1: any free port.
struct sockaddr_in loopback(void);
// The local address.
struct sockaddr_in address_of(int fd);
// A socket of this type, SOCK_STREAM or SOCK_DGRAM, bound to a free port of 127.0.0.1.
int bound(int type);
// The same, listening.
int listening(void);
// A socket connected to that address.
int connected_to(struct sockaddr_in address);
// The two ends of a TCP connection.
struct ends {
    int fd, peer;
};
struct ends connected(void);
// A listening socket whose queue is full: Linux drops a SYN, and connect waits. Linux only.
int full(void);
// IPv6 works here; if not, the row is skipped.
void ipv6_only(void);

bool is_readable(int fd, int wait_ms);
// Whether there is nothing to read, not even the end, for a moment.
bool has_nothing(int fd);
// Whether exactly this text comes.
bool receives(int fd, const char *text);
// Whether the end comes.
bool has_ended(int fd);
int option(int fd, int level, int name);
// Closes it so that Linux sends RST.
void reset(int fd);
double seconds(void);

// A call in a thread of its own. On Linux it sleeps in the kernel when `starts` returns.
struct waiting {
    pthread_t thread;
    int (*call)(int fd);
    int fd;
    // What it returned, and the errno.
    int result, number;
    pid_t id;
    bool is_done;
};
void starts(struct waiting *waiting, int (*call)(int fd), int fd);
void finishes(struct waiting *waiting);
// Sends it SIGUSR1 again and again until it has finished.
void is_interrupted(struct waiting *waiting);
// Sends it SIGUSR1 until the handler has run `count` times.
void is_signaled(struct waiting *waiting, int count);
// Installs a handler of SIGUSR1 with these flags, which counts and returns.
void handles(int flags);

#endif
