// C 各例共用的部分，和 examples/common/lib.rs 一样：参数、错误、屏幕。
// What the C programs share, as examples/common/lib.rs does for Rust: arguments, errors, screen.
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum role { NO_ROLE, SERVER, CLIENT };

// 一个 IPv4 或 IPv6 的地址和端口。内核的函数只要 sockaddr 和它的长度。
// An IPv4 or IPv6 address and port. The kernel's functions take a sockaddr and its length.
struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_storage space;
    } at;
    socklen_t length;
};

struct start {
    enum role role;
    struct address address;
    char **rest;
};

// ---- 屏幕 the screen ----

// 打印并立刻送出，不等换行。管道另一头（如 head）已关闭时安静结束。
// Prints at once, line end or not. Ends quietly if the far end of our pipe (say `head`) has gone.
static inline void show(const char *format, ...) {
    va_list words;
    va_start(words, format);
    // stdio 有锁：两个线程同时写，一次 show 也不会被切开。
    // stdio has a lock: when two threads write, what one call shows is not cut.
    flockfile(stdout);
    if (vprintf(format, words) < 0 || fflush(stdout) != 0) _exit(errno == EPIPE ? 0 : 1);
    funlockfile(stdout);
    va_end(words);
}

static inline const char *colour(const char *on, FILE *screen) {
    return getenv("NO_COLOR") == NULL && isatty(fileno(screen)) ? on : "";
}
#define CYAN colour("\x1b[36m", stdout)
#define GREEN colour("\x1b[32m", stdout)
#define PLAIN colour("\x1b[0m", stdout)

// 打印一行“错误”，返回 1：退出状态。
// Prints one line, "error", and returns 1, the exit status.
static inline int complain(const char *format, ...) {
    va_list words;
    va_start(words, format);
    fprintf(stderr, "%s错误 error:%s ", colour("\x1b[31m", stderr), colour("\x1b[0m", stderr));
    vfprintf(stderr, format, words);
    fputc('\n', stderr);
    va_end(words);
    return 1;
}

// 参数有错：退出状态 2。
// A mistake in the arguments: status 2.
static inline void usage(const char *words, const char *argument) {
    complain("%s%s\n帮助 help: --help", words, argument);
    exit(2);
}

// ---- 地址和错误 addresses and errors ----

// 地址只认 IP:端口，因为查名字要等 DNS。
// IP:port only, since a name would wait for DNS.
static inline bool parse(const char *given, struct address *address) {
    char host[INET6_ADDRSTRLEN + 2];
    const char *colon = strrchr(given, ':');
    if (colon == NULL || (size_t)(colon - given) >= sizeof host) return false;
    size_t digits = strspn(colon + 1, "0123456789");
    if (digits < 1 || digits > 5 || colon[1 + digits] != '\0' || atol(colon + 1) > 65535) return false;
    // 端口在网络上是大端：htons。
    // A port is big-endian on the network: htons.
    in_port_t port = htons((uint16_t)atol(colon + 1));
    memset(address, 0, sizeof *address);
    memcpy(host, given, (size_t)(colon - given));
    host[colon - given] = '\0';
    size_t length = strlen(host);
    if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = '\0';
        address->at.v6.sin6_family = AF_INET6;
        address->at.v6.sin6_port = port;
        address->length = sizeof address->at.v6;
        return inet_pton(AF_INET6, host + 1, &address->at.v6.sin6_addr) == 1;
    }
    address->at.v4.sin_family = AF_INET;
    address->at.v4.sin_port = port;
    address->length = sizeof address->at.v4;
    return inet_pton(AF_INET, host, &address->at.v4.sin_addr) == 1;
}

// 写成 127.0.0.1:9999 或 [::1]:9999。
// Written as 127.0.0.1:9999 or [::1]:9999.
struct text {
    char text[INET6_ADDRSTRLEN + 10];
};
static inline struct text text_of(const struct address *address) {
    char host[INET6_ADDRSTRLEN] = "?";
    bool v6 = address->at.any.sa_family == AF_INET6;
    const void *ip = v6 ? (const void *)&address->at.v6.sin6_addr : &address->at.v4.sin_addr;
    inet_ntop(address->at.any.sa_family, ip, host, sizeof host);
    int port = ntohs(v6 ? address->at.v6.sin6_port : address->at.v4.sin_port);
    struct text text;
    snprintf(text.text, sizeof text.text, v6 ? "[%s]:%d" : "%s:%d", host, port);
    return text;
}

// 一次网络错误：出了什么事、在哪里、接下来做什么。C 的错误在 errno 里，下一次调用会改掉它。
// A network error: what happened, where, and what to do next. In C the error is in errno, and the
// next call may change it.
static inline int explain(int error, const char *place) {
    const char *words = "出错 failed";
    switch (error) {
    case EADDRINUSE: words = "地址被占用，换一个端口 address in use, choose another port"; break;
    case ECONNREFUSED: words = "连接被拒绝，先启动服务器 refused, start the server first"; break;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE: words = "连接断了 connection lost"; break;
    case EAGAIN:
    case ETIMEDOUT: words = "等得太久 waited too long"; break;
    case EADDRNOTAVAIL: words = "本机没有这个地址 not an address of this machine"; break;
    case EACCES:
    case EPERM: words = "没有权限，换一个大端口 not allowed, choose a higher port"; break;
    }
    return complain("%s: %s: %s", words, place, strerror(error));
}

// 读参数；--help 打印帮助。
// Reads the arguments; --help prints help.
static inline struct start start(char **arguments, const char *address, const char *help) {
    struct start start = {.role = NO_ROLE, .rest = arguments + 1};
    // 0、1、2 若是关着的，下一个套接字就会得到这个号，写给屏幕的字就发给了对方：用 /dev/null 占住。
    // If 0, 1 or 2 is closed, the next socket gets that number, and what is for the screen goes to
    // the peer: /dev/null takes its place.
    int taken = open("/dev/null", O_RDWR);
    while (taken >= 0 && taken <= STDERR_FILENO) taken = open("/dev/null", O_RDWR);
    if (taken >= 0) close(taken);
    // 对方关了还去写，内核会发 SIGPIPE，默认杀死进程。不理它，write 就返回 EPIPE。
    // Writing to a peer that has closed raises SIGPIPE, which kills a process by default. Ignored,
    // the write returns EPIPE instead.
    signal(SIGPIPE, SIG_IGN);
    if (*start.rest != NULL && strcmp(*start.rest, "server") == 0) start.role = SERVER;
    if (*start.rest != NULL && strcmp(*start.rest, "client") == 0) start.role = CLIENT;
    if (start.role != NO_ROLE) start.rest++;
    if (*start.rest != NULL && (strcmp(*start.rest, "--help") == 0 || strcmp(*start.rest, "-h") == 0)) {
        show("%s\n", help);
        exit(0);
    }
    if (start.role != NO_ROLE && *start.rest != NULL && strncmp(*start.rest, "--", 2) != 0) {
        address = *start.rest++;
    }
    if (!parse(address, &start.address)) usage("地址写错 bad address: ", address);
    return start;
}

// ---- 套接字 sockets ----

// 一个正在监听的套接字，或者 -1，原因在 errno 里。
// A socket that listens, or -1 with the cause in errno.
static inline int listen_on(const struct address *address) {
    int listener = socket(address->at.any.sa_family, SOCK_STREAM, 0), on = 1;
    if (listener < 0) return -1;
    // 上一次的连接可能还在 TIME-WAIT，占着这个端口。Rust 和 Python 替我们设了这个选项，C 要自己设。
    // A connection of the last run may be in TIME-WAIT and hold the port. Rust and Python set this
    // option for us; in C it is our part.
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(listener, &address->at.any, address->length) == 0 && listen(listener, 128) == 0) {
        return listener;
    }
    int error = errno;
    close(listener);
    errno = error;
    return -1;
}

// 取一条建立好的连接；没有就等。信号打断（EINTR）不算错，再等。
// Takes an established connection, waiting for one. A signal (EINTR) is no error: wait again.
static inline int accept_from(int listener, struct address *peer) {
    int connection;
    do {
        peer->length = sizeof peer->at;
        connection = accept(listener, &peer->at.any, &peer->length);
    } while (connection < 0 && errno == EINTR);
    return connection;
}

// 连接，最多等这么多秒。connect 没有期限这个参数：先设成不等（O_NONBLOCK），再用 poll 等。
// Connects, and waits this many seconds at most. connect takes no deadline: so it must not wait
// (O_NONBLOCK), and poll waits instead.
static inline int connect_within(const struct address *address, int seconds) {
    int stream = socket(address->at.any.sa_family, SOCK_STREAM, 0), error = 0;
    if (stream < 0) return -1;
    socklen_t length = sizeof error;
    int flags = fcntl(stream, F_GETFL);
    struct pollfd wait = {.fd = stream, .events = POLLOUT};
    if (flags < 0 || fcntl(stream, F_SETFL, flags | O_NONBLOCK) < 0) error = errno;
    if (error == 0 && connect(stream, &address->at.any, address->length) < 0) error = errno;
    if (error == EINPROGRESS) {
        // 写得进去了，握手就有了结果：成功，或者 SO_ERROR 里的那个错误。
        // Once it is writable the handshake has ended: well, or with the error in SO_ERROR.
        int ready = poll(&wait, 1, seconds * 1000);
        error = ready == 0 ? ETIMEDOUT : ready < 0 ? errno : 0;
        if (error == 0 && getsockopt(stream, SOL_SOCKET, SO_ERROR, &error, &length) < 0) error = errno;
    }
    if (error == 0 && fcntl(stream, F_SETFL, flags) < 0) error = errno;
    if (error == 0) return stream;
    close(stream);
    errno = error;
    return -1;
}

// 每一次读（SO_RCVTIMEO）或写（SO_SNDTIMEO）最多等这么久；0 是不限。
// Each read (SO_RCVTIMEO) or write (SO_SNDTIMEO) waits this long at most; 0 is no limit.
static inline int set_patience(int stream, int option, int milliseconds) {
    struct timeval wait = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    return setsockopt(stream, SOL_SOCKET, option, &wait, sizeof wait);
}

// write 可能只收下一部分，信号也会打断它：写到一个不剩。
// write may take only a part, and a signal interrupts it: write until nothing is left.
static inline int write_all(int stream, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t n = write(stream, bytes, count);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        bytes += n;
        count -= (size_t)n;
    }
    return 0;
}

// ---- 别人的文字 text from others ----

// 开头那个字符占几个字节；*c 是它，坏的是 U+FFFD，没到齐的是 0（RFC 3629 §4）。
// The number of bytes of the first character, which goes to *c: U+FFFD if it is bad, 0 if it is not
// whole (RFC 3629 §4).
static inline size_t character(const unsigned char *bytes, size_t count, long *c) {
    unsigned char first = bytes[0], low = 0x80, high = 0xBF;
    size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    *c = 0xFFFD;
    if ((first >= 0x80 && first < 0xC2) || first > 0xF4) return 1;
    // 多余的写法（E0、F0）、代理区（ED）、U+10FFFF 以上（F4）都不许。
    // Overlong forms (E0, F0), surrogates (ED) and what is above U+10FFFF (F4) are not allowed.
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
    long value = length == 1 ? first : first & (0xFF >> (length + 1));
    for (size_t i = 1; i < length; i++, low = 0x80, high = 0xBF) {
        if (i == count) {
            *c = 0;
            return i;
        }
        if (bytes[i] < low || bytes[i] > high) return i;
        value = value << 6 | (bytes[i] & 0x3F);
    }
    *c = value == 0 ? 0xFFFD : value;
    return length;
}

// 控制字符（ESC 带头的会移动光标），零宽的字符，改变方向的字符（UAX #9 §2）。
// Control characters (those after ESC move the cursor), characters without width, and those that
// change direction (UAX #9 §2).
static inline bool plays_tricks(long c) {
    if (c == '\n' || c == '\t') return false;
    if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;
    return c == 0x61C || c == 0x200B || c == 0x200E || c == 0x200F || c == 0xFEFF ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069);
}

// 能上屏幕的文字：坏字节和会摆布屏幕的字符换成 U+FFFD，CR 去掉。结果要 free；内存不够是 NULL。
// *unfinished 得到末尾没到齐的一个字有几个字节；没有下文（NULL），半个字就是坏的。
// Text fit for the screen: U+FFFD for bad bytes and for characters that would drive the screen, and
// no CR. The result is to be freed; out of memory, it is NULL. *unfinished gets the number of bytes
// that begin a character at the end; where nothing follows (NULL), half a character is bad.
static inline char *printable(const char *bytes, size_t count, size_t *unfinished) {
    char *text = malloc(3 * count + 1), *end = text;
    if (unfinished != NULL) *unfinished = 0;
    for (size_t i = 0, length; text != NULL && i < count; i += length) {
        long c;
        length = character((const unsigned char *)bytes + i, count - i, &c);
        if (c == 0 && unfinished != NULL) {
            *unfinished = length;
        } else if (c == 0 || c == 0xFFFD || plays_tricks(c)) {
            if (c != '\r') end = (char *)memcpy(end, "\xEF\xBF\xBD", 3) + 3;
        } else {
            end = (char *)memcpy(end, bytes + i, length) + length;
        }
    }
    if (text != NULL) *end = '\0';
    return text;
}
