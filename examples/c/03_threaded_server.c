// 03 聊天室：一位客人两个线程，谁都可以随时说话。
// 03 Chat room: two threads per guest, and everyone may speak at any time.
//
// 第一个终端当服务器，以后的当客户端；nc 和 telnet 也是客户端。
// The first terminal is the server, later ones are clients; so are nc and telnet.
//
//     mkdir -p target/c
//     cc -std=c11 -Wall -Wextra -pthread -o target/c/03_threaded_server examples/c/03_threaded_server.c
//     target/c/03_threaded_server
#include "common.h"
#include <locale.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#define ADDRESS "127.0.0.1:7777"
static const char HELP[] =
    "例 examples:\n"
    "  target/c/03_threaded_server                        先到当服务器 first come: server\n"
    "  target/c/03_threaded_server client 127.0.0.1:7777\n"
    "用法 usage: [server [ADDR] [--max-clients N] | client [ADDR]]    ADDR = IP:PORT\n"
    "聊天 chat: /name NEW · /who · /quit    服务器 server: /quit\n"
    "状态 status: 0 正常结束 ended in order · 1 网络出错 network error · 2 参数有错 bad argument";

// ANCHOR: bounds
// 凡是别人能撑大的，都有上限：一行的字节，名字的字数，等着送走的行，只听一句告别的客人。
// What others can make grow has a bound: lines, names, queues, guests that only hear a goodbye.
enum { LINE = 4096, SERVER_LINE = 65536, NAME = 16, QUEUE = 64, SCREEN = 1024, GOODBYES = 64 };
// 凡是可能一直等的，都有期限：队列满着，对方不关，对方不读。
// What could wait forever has a deadline: a full queue, a peer that never closes or never reads.
enum { PATIENCE_MS = 250, GRACE_S = 2, DEADLINE_S = 5 };
// ANCHOR_END: bounds

// C 没有通道，自己做一个：一个环，谁都可以放进一行，一个线程取出。
// C has no channels, so here is one: a ring. Anyone puts lines in, one thread takes them out.
struct queue {
    pthread_mutex_t lock;
    pthread_cond_t change;
    size_t size, in, out;
    bool open;
    char *lines[SCREEN];
};
#define EMPTY(most) {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, .size = most, .open = true}

// 几个线程不拿锁也要看的，是原子的（atomic）。
// What several threads look at without a lock is atomic.
struct guest {
    int stream;
    struct queue queue;
    wchar_t name[NAME + 1];
    bool slow;
    atomic_bool crlf;
};

// 房间：谁在这里，先来的在前。拿着 turn 这把锁，才轮到自己看、改、说话。
// The room: who is here, in order of arrival. Only the holder of turn looks, changes and speaks.
static struct {
    pthread_mutex_t turn;
    struct guest **seats;
    size_t count, max, last;
    atomic_size_t threads;
    atomic_bool closed, late;
} room = {.turn = PTHREAD_MUTEX_INITIALIZER};
static struct queue screen = EMPTY(SCREEN);
enum to { EVERYONE, ONLY, ALL_BUT };

// 放进一行；NULL：没有下文了。从不等：满了就是假，写线程已经走了不算满。
// Puts a line in, or NULL: no more to come. Never waits: false if full, unless its writer has gone.
static bool put(struct queue *queue, const char *line) {
    pthread_mutex_lock(&queue->lock);
    bool gone = !queue->open, fits = queue->in - queue->out < queue->size;
    char *copy = gone || !fits || line == NULL ? NULL : malloc(strlen(line) + sizeof "\r\n");
    if (copy != NULL) queue->lines[queue->in++ % queue->size] = strcpy(copy, line);
    if (line == NULL) queue->open = false;
    pthread_cond_signal(&queue->change);
    pthread_mutex_unlock(&queue->lock);
    return gone || copy != NULL;
}

// 取出一行，空着就等；要 free。NULL：没有下文了。
// Takes a line, which is to be freed, and waits for one. NULL: no more to come.
static char *take(struct queue *queue) {
    pthread_mutex_lock(&queue->lock);
    // wait 放开锁去睡，醒来先拿回锁。它有时无故醒来，所以再看一遍。
    // wait lets go of the lock while it sleeps. It may wake without a cause, so look again.
    while (queue->open && queue->in == queue->out) pthread_cond_wait(&queue->change, &queue->lock);
    char *line = queue->in == queue->out ? NULL : queue->lines[queue->out++ % queue->size];
    pthread_mutex_unlock(&queue->lock);
    return line;
}

// 换成宽字符，一个字一个，去掉两头的空格（全角的也算）。
// In wide characters, one for each, without the spaces at both ends (full-width ones, too).
static wchar_t *trim(const char *text, wchar_t wide[LINE + 1]) {
    size_t length = mbstowcs(wide, text, LINE + 1);
    if (length > LINE) return wcscpy(wide, L"?");
    while (length > 0 && iswspace((wint_t)wide[length - 1])) length--;
    wide[length] = L'\0';
    while (iswspace((wint_t)*wide)) wide++;
    return wide;
}

// 只差大小写的名字太像，算同一个。
// Names that differ only in case are too alike: they count as one.
static struct guest *find(const wchar_t *name) {
    for (size_t i = 0; i < room.count; i++) {
        if (wcscasecmp(room.seats[i]->name, name) == 0) return room.seats[i];
    }
    return NULL;
}

// 离开座位；没有座位，就是假。写线程送完队列里剩下的，就告别。
// Leaves the seat; false if there is none. The writer delivers what is queued, then says goodbye.
static bool stand_up(struct guest *guest) {
    size_t i = 0;
    while (i < room.count && room.seats[i] != guest) i++;
    if (i == room.count) return false;
    room.count--;
    memmove(room.seats + i, room.seats + i + 1, (room.count - i) * sizeof *room.seats);
    put(&guest->queue, NULL);
    return true;
}

// ANCHOR: tell
// 放进每个人的队列，不碰网络。队列只有 64 行：慢的人占不了更多内存，满了就断开。
// Into everyone's queue, off the network. It has 64 lines: a slow guest's memory is bounded.
static void tell(enum to to, const struct guest *whom, const char *format, ...) {
    char line[4 * LINE];
    int patience = PATIENCE_MS;
    va_list words;
    va_start(words, format);
    vsnprintf(line, sizeof line, format, words);
    va_end(words);
    if (to != ONLY) put(&screen, line);
    for (size_t i = room.count; i-- > 0;) {
        struct guest *guest = room.seats[i];
        if ((to == ONLY && guest != whom) || (to == ALL_BUT && guest == whom)) continue;
        // 满了，也可能只是它的写线程还没轮到：等一等，所有人合计最多 0.25 秒。
        // Full may only mean that its writer has not run yet: wait, 0.25 s at most for all of them.
        bool done;
        while (!(done = put(&guest->queue, line)) && patience-- > 0) poll(NULL, 0, 1);
        if (done) continue;
        // 他的接收缓冲区满了，写线程停在 write 里。关掉连接，两个线程都醒来，由读线程告诉别人。
        // The guest's receive buffer is full, and its writer waits in write. Closing the connection
        // wakes both threads, and the reader tells the others.
        guest->slow = stand_up(guest);
        shutdown(guest->stream, SHUT_RDWR);
    }
}
// ANCHOR_END: tell

// ANCHOR: join
// 坐下；满了或关了，就只得到一句话。
// Takes a seat; if full or closed, gets only a word.
static bool join(struct guest *guest) {
    if (room.count >= room.max || room.closed) {
        char words[80];
        snprintf(words, sizeof words, "! 满员 full: %zu，再见 goodbye", room.max);
        put(&guest->queue, words);
        put(&guest->queue, NULL);
        return false;
    }
    do {
        swprintf(guest->name, NAME + 1, L"guest%zu", ++room.last);
    } while (find(guest->name) != NULL);
    tell(EVERYONE, NULL, "* %ls 进来了 joined", guest->name);
    room.seats[room.count++] = guest;
    tell(ONLY, guest, "* 你是 you are %ls · /name NEW · /who · /quit", guest->name);
    return true;
}
// ANCHOR_END: join

// 名单也有上限：放不下的名字不列。
// The list has a bound, too: names that do not fit are left out.
static void who(const struct guest *guest) {
    char names[3 * LINE] = "";
    size_t used = 0;
    for (size_t i = 0; i < room.count && used < sizeof names - 5 * NAME; i++) {
        used += (size_t)sprintf(names + used, "%s%ls", i == 0 ? "" : ", ", room.seats[i]->name);
    }
    tell(ONLY, guest, "* %zu 人 here: %s", room.count, names);
}

static void rename_guest(struct guest *guest, const wchar_t *new) {
    wchar_t old[NAME + 1];
    struct guest *other = find(new);
    size_t n = 0;
    while (iswalnum((wint_t)new[n]) || new[n] == L'_' || new[n] == L'-') n++;
    if (n < 1 || n > NAME || new[n] != L'\0') {
        tell(ONLY, guest, "! 名字：1–16 个字母、数字、_ 或 - name: 1-16 letters, digits, _ or -");
    } else if (other != NULL && other != guest) {
        tell(ONLY, guest, "! 名字有人用了 this name is taken");
    } else {
        wcscpy(old, guest->name);
        wcscpy(guest->name, new);
        tell(EVERYONE, NULL, "* %ls 改名 is now %ls", old, new);
    }
}

// 客人说了一行；返回他还留不留。
// A guest said a line; tells whether they stay.
static bool hear(struct guest *guest, char *line) {
    wchar_t wide[LINE + 1];
    char *rest = line + strcspn(line, " ");
    if (*line != '/') {
        if (*trim(line, wide) != L'\0') tell(ALL_BUT, guest, "%ls: %s", guest->name, line);
        return true;
    }
    if (*rest == ' ') *rest++ = '\0';
    if (strcmp(line, "/quit") == 0) return false;
    if (strcmp(line, "/who") == 0) who(guest);
    else if (strcmp(line, "/name") == 0) rename_guest(guest, trim(rest, wide));
    else tell(ONLY, guest, "! 没有这个命令 no such command: %s", line);
    return true;
}

// ANCHOR: read_line
// 读一行，要 free。NULL：结束了（errno 是 0），或者出错；太长是 EMSGSIZE。
// Reads a line, which is to be freed. NULL: the end (errno is 0) or an error; too long is EMSGSIZE.
static char *read_line(FILE *input, size_t max, atomic_bool *crlf) {
    char bytes[SERVER_LINE + 2];
    size_t count = 0;
    int c = 0;
    errno = 0;
    // 读到 LF 为止，不管它分几次来；CR 和 LF 不算在 4096 里。
    // Read up to LF, in however many pieces it comes; CR and LF do not count in the 4096.
    while (c != '\n' && count < max + 2 && (c = getc(input)) != EOF) bytes[count++] = (char)c;
    // 没等到 LF 就结束：半句话不算，也许后面还有。
    // It ended before LF: half a sentence does not count, there may have been more.
    if (c == EOF) return NULL;
    *crlf = c == '\n' && count > 1 && bytes[count - 2] == '\r';
    count -= *crlf ? 2 : 1;
    // 不是 UTF-8 的、会摆布终端的字节，都换成 U+FFFD：它们要上别人的屏幕。
    // What is not UTF-8, or would drive a terminal, becomes U+FFFD: others' screens show it.
    if (c == '\n' && count <= max) return printable(bytes, count, NULL);
    errno = EMSGSIZE;
    return NULL;
}
// ANCHOR_END: read_line

// ANCHOR: writer
static void *write_lines(void *argument) {
    struct guest *guest = argument;
    bool sent = true;
    int on = 1;
    // 立刻发走，不等上一次 write 的 ACK。
    // Sent at once, without waiting for the ACK of the last write.
    setsockopt(guest->stream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    set_patience(guest->stream, SO_SNDTIMEO, DEADLINE_S * 1000);
    for (char *line; sent && (line = take(&guest->queue)) != NULL; free(line)) {
        // telnet 发来 CRLF，也要靠 CR 才回到行首；nc 只用 LF。对方用什么，就回什么。
        // telnet sends CRLF and needs the CR to go back to column 1; nc uses LF. Answer in kind.
        strcat(line, guest->crlf ? "\r\n" : "\n");
        sent = !room.late && write_all(guest->stream, line, strlen(line)) == 0;
    }
    put(&guest->queue, NULL);
    // 没有下文了：发 FIN，等对方也关，最多 2 秒。两边都关了，poll 就报告 POLLHUP。
    // No more to come: send FIN, and wait 2 s for the peer's. After both, poll reports POLLHUP.
    struct pollfd end = {.fd = guest->stream};
    if (sent && shutdown(guest->stream, SHUT_WR) == 0) poll(&end, 1, GRACE_S * 1000);
    shutdown(guest->stream, SHUT_RDWR);
    return NULL;
}
// ANCHOR_END: writer

// ANCHOR: guest
static void *serve_guest(void *connection) {
    struct guest guest = {.stream = (int)(intptr_t)connection, .queue = EMPTY(QUEUE)};
    FILE *input = fdopen(guest.stream, "r");
    char *line, rest[LINE];
    pthread_t writer;
    pthread_detach(pthread_self());
    // 读会等，写也会等，各用一个线程。客人读得慢，他的接收缓冲区先满，我们的发送缓冲区再满，
    // write 就停下：停下的只是他的写线程，别人照样说话。
    // Reading waits, writing waits: a thread each. If a guest reads slowly, its receive buffer
    // fills, then our send buffer, and write waits: only its own writer does, others talk on.
    if (input != NULL && pthread_create(&writer, NULL, write_lines, &guest) == 0) {
        pthread_mutex_lock(&room.turn);
        bool stays = join(&guest);
        while (stays) {
            // 读的时候放开 turn。读没有期限：只听不说的客人没有错，TCP 自己不怕安静。
            // Not while reading, which has no deadline: a guest may only listen, and TCP itself
            // does not mind silence.
            pthread_mutex_unlock(&room.turn);
            line = read_line(input, LINE, &guest.crlf);
            bool too_long = line == NULL && errno == EMSGSIZE;
            pthread_mutex_lock(&room.turn);
            if (too_long) tell(ONLY, &guest, "! 一行最多 4096 字节，再见 a line has 4096 bytes at most, goodbye");
            stays = line != NULL && !guest.slow && !room.closed && hear(&guest, line);
            free(line);
        }
        if (guest.slow) tell(EVERYONE, NULL, "* %ls 太慢，断开了 too slow, disconnected", guest.name);
        if (stand_up(&guest)) tell(EVERYONE, NULL, "* %ls 离开了 left", guest.name);
        pthread_mutex_unlock(&room.turn);
        // 把剩下的读完。还有数据没读就关闭，内核会发 RST（RFC 2525 §2.17），最后那句话可能到不了。
        // Read what is left: closing with unread data sends RST (RFC 2525 §2.17), and our last
        // words may get lost.
        // 他说个没完，也只听 5 秒。
        // A guest that never ends is heard for 5 s more.
        time_t end = time(NULL) + DEADLINE_S;
        while (time(NULL) < end && read(guest.stream, rest, sizeof rest) > 0) continue;
        pthread_join(writer, NULL);
    }
    if (input == NULL) close(guest.stream);
    else fclose(input);
    put(&guest.queue, NULL);
    while ((line = take(&guest.queue)) != NULL) free(line);
    room.threads--;
    return NULL;
}
// ANCHOR_END: guest

// ANCHOR: accept
static void *accept_guests(void *argument) {
    int listener = (int)(intptr_t)argument;
    struct address peer;
    pthread_t thread;
    while (!room.closed) {
        // accept 从内核的队列里取一条建立好的连接，队列空着就等。
        // accept takes an established connection from the kernel's queue, and waits for one.
        int connection = accept_from(listener, &peer);
        int error = connection < 0 ? errno : 0;
        // 满员时，多出的人也要一个线程，好听完一句告别；这些线程同样有上限。再多，就直接关闭。
        // In a full room, one more guest needs a thread to hear a goodbye. Those are bounded, too:
        // beyond that, the connection is closed at once.
        if (connection >= 0 && !room.closed && room.threads < room.max + GOODBYES) {
            room.threads++;
            error = pthread_create(&thread, NULL, serve_guest, (void *)(intptr_t)connection);
            if (error == 0) continue;
            room.threads--;
        }
        if (connection >= 0) close(connection);
        if (error == 0) continue;
        // 描述符用完（EMFILE）时 accept 立刻失败，连接还在内核的队列里：歇一下再试，不空转，也不退出。
        // Out of descriptors (EMFILE) accept fails at once, and the connection stays in the
        // kernel's queue: rest, then try again. No spin, no exit.
        char words[160];
        snprintf(words, sizeof words, "! 接不了客人，稍后再试 cannot accept, trying again: %s", strerror(error));
        put(&screen, words);
        poll(NULL, 0, 500);
    }
    // 还在排队的连接得到 RST，以后来的被拒绝。
    // Connections still in the queue get RST, later ones are refused.
    close(listener);
    // 等客人的线程结束，它们都在用 room。写线程还在送，5 秒以后就不送了。
    // Wait for the guests' threads to end: they use room. Writers still deliver, but not after 5 s.
    for (int ms = 0; room.threads > 0; ms += 10) {
        room.late = ms > DEADLINE_S * 1000;
        poll(NULL, 0, 10);
    }
    return NULL;
}
// ANCHOR_END: accept

// ANCHOR: wake
static void *keyboard(void *argument) {
    struct address door = *(struct address *)argument;
    wchar_t wide[LINE + 1];
    atomic_bool crlf;
    char *line;
    while ((line = read_line(stdin, LINE, &crlf)) != NULL && wcscmp(trim(line, wide), L"/quit") != 0) {
        show("/quit：关掉聊天室 closes the room\n");
        free(line);
    }
    free(line);
    // ANCHOR: close
    // 关门：不再接人，告诉每个人，放掉所有队列；写线程各自送完剩下的。
    // Close: no new guests, tell everyone, let go of all queues; each writer delivers what is left.
    pthread_mutex_lock(&room.turn);
    room.closed = true;
    tell(EVERYONE, NULL, "* 服务器要关了，再见 the server is closing, goodbye");
    while (room.count > 0) stand_up(room.seats[0]);
    put(&screen, NULL);
    pthread_mutex_unlock(&room.turn);
    // ANCHOR_END: close
    // accept 还停在内核里。所以自己连自己一次：队列里有了连接，accept 返回，它的循环看见房间关了。
    // 0.0.0.0 和 :: 只能用来监听：去连，就写环回地址。
    // accept still waits in the kernel. We connect to ourselves: it returns, and its loop sees that
    // the room is closed. 0.0.0.0 and :: are for listening only: to connect, take loopback.
    bool v6 = door.at.any.sa_family == AF_INET6;
    if (v6 && IN6_IS_ADDR_UNSPECIFIED(&door.at.v6.sin6_addr)) door.at.v6.sin6_addr = in6addr_loopback;
    if (!v6 && door.at.v4.sin_addr.s_addr == htonl(INADDR_ANY)) door.at.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // 描述符可能正用完：歇一下再试。被拒绝：accept 的循环已经结束。
    // We may be out of descriptors: rest, then try again. Refused: the loop has ended already.
    int stream;
    while ((stream = connect_within(&door, GRACE_S)) < 0 && errno != ECONNREFUSED) poll(NULL, 0, 50);
    if (stream >= 0) close(stream);
    return NULL;
}
// ANCHOR_END: wake

// ANCHOR: serve
static int serve(int listener, struct address here) {
    pthread_t accepting, typing;
    here.length = sizeof here.at;
    room.seats = calloc(room.max, sizeof *room.seats);
    if (room.seats == NULL || getsockname(listener, &here.at.any, &here.length) < 0) return explain(errno, "serve");
    show("监听 listening on %s\n", text_of(&here).text);
    if (pthread_create(&accepting, NULL, accept_guests, (void *)(intptr_t)listener) != 0 ||
        pthread_create(&typing, NULL, keyboard, &here) != 0) return complain("开不了线程 cannot start a thread");
    // 屏幕停住（Ctrl-S）时 show 也停住，聊天不该跟着停：所以只有这个线程写屏幕，队列放不下的就丢。
    // While the screen stands still (Ctrl-S), so does show, and the chat must go on: so only this
    // thread writes to the screen, and what its queue cannot take is dropped.
    for (char *line; (line = take(&screen)) != NULL; free(line)) show("%s\n", line);
    pthread_join(typing, NULL);
    pthread_join(accepting, NULL);
    free(room.seats);
    show("聊天室关了 the room is closed\n");
    return 0;
}
// ANCHOR_END: serve

// ANCHOR: client
static void *send_keyboard(void *connection) {
    int stream = (int)(intptr_t)connection;
    char bytes[LINE];
    ssize_t n;
    pthread_detach(pthread_self());
    // 键盘结束就发 FIN：服务器送完剩下的话再关。写不出去，就两个方向都关，停在 read 里的主线程也醒来。
    // End of input sends FIN: the server delivers the rest and closes. If writing fails both
    // directions close, and the main thread, waiting in read, wakes up.
    while ((n = read(STDIN_FILENO, bytes, sizeof bytes)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 || write_all(stream, bytes, (size_t)n) < 0) break;
    }
    shutdown(stream, n == 0 ? SHUT_WR : SHUT_RDWR);
    return NULL;
}

static int client(const struct address *address) {
    struct text place = text_of(address);
    int stream = connect_within(address, DEADLINE_S);
    FILE *input = stream < 0 ? NULL : fdopen(stream, "r");
    if (input == NULL || set_patience(stream, SO_SNDTIMEO, DEADLINE_S * 1000) < 0) return explain(errno, place.text);
    show("已连接 connected to %s\n", place.text);
    atomic_bool crlf;
    pthread_t typing;
    if (pthread_create(&typing, NULL, send_keyboard, (void *)(intptr_t)stream) != 0) {
        return complain("开不了线程 cannot start a thread");
    }
    for (char *line; (line = read_line(input, SERVER_LINE, &crlf)) != NULL; free(line)) show("%s\n", line);
    if (errno != 0) return explain(errno, place.text);
    show("聊天结束 the chat is over\n");
    // 从 main 返回，进程就结束，不管键盘线程还在不在等。
    // Returning from main ends the process, keyboard or not.
    return 0;
}
// ANCHOR_END: client

int main(int count, char **arguments) {
    (void)count;
    struct start begin = start(arguments, ADDRESS, HELP);
    char **rest = begin.rest, digits[10] = "64", more;
    bool limited = begin.role != CLIENT && *rest != NULL && strcmp(*rest, "--max-clients") == 0 && rest[1] != NULL;
    if (*rest != NULL && (!limited || rest[2] != NULL)) usage("看不懂 not understood: ", *rest);
    if (limited && (sscanf(rest[1], "%9[0-9]%c", digits, &more) != 1 || atol(digits) == 0))
        usage("看不懂 not understood: --max-clients ", rest[1]);
    room.max = (size_t)atol(digits);
    // 什么是字母，由区域设置（locale）说；要 UTF-8 的。没有，名字就只能用 ASCII。
    // The locale says what a letter is, and has to be one with UTF-8; without, names are in ASCII.
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) setlocale(LC_CTYPE, "");
    if (begin.role == CLIENT) return client(&begin.address);
    int listener = listen_on(&begin.address);
    if (listener < 0 && errno == EADDRINUSE && begin.role == NO_ROLE) {
        show("地址有人用，我当客户端 address in use, so I am the client\n");
        return client(&begin.address);
    }
    if (listener < 0) return explain(errno, text_of(&begin.address).text);
    return serve(listener, begin.address);
}
