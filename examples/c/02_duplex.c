// 02 双向通信：两边随时都能说，谁也不用等谁。
// 02 Duplex: both sides may speak at any time, and nobody waits for a turn.
//
// 先编译，再在两个终端里运行同一条命令：先到的当服务器，后到的当客户端。
// Compile it, then run it in two terminals: the first is the server, the second the client.
//
//     mkdir -p target/c
//     cc -std=c11 -Wall -Wextra -pthread -o target/c/02_duplex examples/c/02_duplex.c
//     target/c/02_duplex
#include "common.h"
#include <pthread.h>

#define ADDRESS "127.0.0.1:8888"
static const char HELP[] =
    "例 examples:\n"
    "  target/c/02_duplex                                 先到当服务器 first come: server\n"
    "  target/c/02_duplex --turns                         轮流说 take turns\n"
    "用法 usage: [server [ADDR] | client [ADDR]] [--turns]    ADDR = IP:PORT\n"
    "结束 end: Ctrl-D\n"
    "状态 status: 0 都说完了 both done · 1 网络出错 network error · 2 参数有错 bad argument";
static const char SERVER_NAME[] = "服务器 server: ", CLIENT_NAME[] = "客户端 client: ";

// 一次谈话。bytes 开头有 half 个字节，属于一个没到齐的字，最多 3 个。
// A talk. bytes starts with what has come of a cut character: half bytes, 3 at most.
struct talk {
    int stream, news[2];
    const char *ours, *theirs;
    char bytes[3 + 4096];
    size_t half;
};
// 函数返回 0、一个 errno（大于 0），或者哪一边说完了。
// Functions return 0, an errno (above 0), or which side is done.
enum { WE_ARE_DONE = -1, PEER_IS_DONE = -2 };

// ANCHOR: accept
static int connect_to(const struct address *address, struct talk *talk) {
    // 对方主机不回答时，内核会重发 SYN，很久才放弃；我们只等 5 秒。
    // If the other host does not answer, the kernel sends the SYN again for long; we wait 5 s.
    talk->stream = connect_within(address, 5);
    if (talk->stream < 0) return errno;
    show("已连接 connected to %s\n", text_of(address).text);
    talk->ours = CLIENT_NAME, talk->theirs = SERVER_NAME;
    return 0;
}

static int accept_one(const struct start *start, struct talk *talk) {
    struct address here = {.length = sizeof here.at}, peer;
    int listener = listen_on(&start->address);
    // 没说当谁，地址又有人用：先到的是服务器，我们当客户端。
    // No role was named and the address is in use: the server came first, we are the client.
    if (listener < 0 && errno == EADDRINUSE && start->role == NO_ROLE) {
        show("地址有人用，我当客户端 address in use, so I am the client\n");
        return connect_to(&start->address, talk);
    }
    if (listener < 0 || getsockname(listener, &here.at.any, &here.length) < 0) return errno;
    show("监听 listening on %s\n", text_of(&here).text);
    talk->stream = accept_from(listener, &peer);
    if (talk->stream < 0) return errno;
    // 只接一位。listener 关了，接好的连接不受影响；后来的人的 SYN 得到 RST：马上被拒绝。
    // One client only. listener closes, the connection lives on. A later SYN gets RST: refused.
    close(listener);
    talk->ours = SERVER_NAME, talk->theirs = CLIENT_NAME;
    return 0;
}
// ANCHOR_END: accept

// 线程用管道向 main 报告。这么短的写在管道里不会混起来（pipe(7)，PIPE_BUF）。
// Threads report to main through a pipe. Such short writes never mix in it (pipe(7), PIPE_BUF).
static void tell(const struct talk *talk, int news) {
    write_all(talk->news[1], (const char *)&news, sizeof news);
}

// ANCHOR: keyboard
static void *send_keyboard(void *argument) {
    const struct talk *talk = argument;
    char buffer[4096];
    ssize_t n;
    // 终端按行给：按下回车，read 才返回。行末的换行也发走：少了它，两句快话到了对方就分不开。
    // A terminal gives whole lines: read returns when Enter is pressed. The line end goes too, or
    // two quick lines would be one for the peer.
    while ((n = read(STDIN_FILENO, buffer, sizeof buffer)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        // 字节进了本机内核的发送缓冲区，就算写完；何时发出去，由 TCP 决定。
        // Written means: in our kernel's send buffer. TCP decides when the bytes leave.
        if (n < 0 || write_all(talk->stream, buffer, (size_t)n) < 0) {
            tell(talk, errno);
            return NULL;
        }
    }
    // ANCHOR: half_close
    // 键盘结束（Ctrl-D）：先报告，再只关我们的方向。内核发出 FIN，对方读到 0；反方向还开着，
    // 我们照样能收。若在这里 close，对方还没说完的话就收不到了。
    // End of input (Ctrl-D): report, then close our direction only. The kernel sends FIN and the
    // peer reads 0. We still receive; after close, we would lose what the peer has yet to say.
    tell(talk, WE_ARE_DONE);
    if (shutdown(talk->stream, SHUT_WR) < 0) tell(talk, errno);
    return NULL;
    // ANCHOR_END: half_close
}
// ANCHOR_END: keyboard

// ANCHOR: receive
// 一次 read 可能断在一个字中间：能显示的交给 text（要 free），半个字挪到开头，等下文。
// A read can end inside a character: text (to be freed) gets what is whole, the half waits in front.
static int read_text(struct talk *talk, size_t limit, char **text) {
    ssize_t n;
    do n = read(talk->stream, talk->bytes + talk->half, limit);
    while (n < 0 && errno == EINTR);
    // 读到 0：对方的 FIN 到了，它说完了。
    // 0 bytes: the peer's FIN is here, and it is done.
    if (n <= 0) return n < 0 ? errno : PEER_IS_DONE;
    size_t count = talk->half + (size_t)n;
    *text = printable(talk->bytes, count, &talk->half);
    memmove(talk->bytes, talk->bytes + count - talk->half, talk->half);
    return *text == NULL ? ENOMEM : 0;
}

static int receive(struct talk *talk) {
    bool line_is_open = false;
    for (;;) {
        // 聊天时安静不是错，没有期限（0）。只有屏幕上一行没完，才只等 0.3 秒。
        // Silence is no error in a chat: no deadline (0). Only an unfinished line waits 0.3 s.
        if (set_patience(talk->stream, SO_RCVTIMEO, line_is_open ? 300 : 0) < 0) return errno;
        char *text = NULL;
        int end = read_text(talk, 4096, &text);
        // 对方说完了，半个字再也等不来另一半：显示成 U+FFFD。
        // The peer is done, and half a character stays a half: shown as U+FFFD.
        bool stays_half = end == PEER_IS_DONE && talk->half > 0;
        const char *rest = end == 0 ? text : stays_half ? "\xEF\xBF\xBD" : "";
        while (*rest != '\0') {
            int length = (int)strcspn(rest, "\n");
            bool ends = rest[length] == '\n';
            show("%s%s%s%.*s", CYAN, line_is_open ? "" : talk->theirs, PLAIN, length + ends, rest);
            rest += length + ends;
            line_is_open = !ends;
        }
        free(text);
        if (end == 0) continue;
        // 有的程序不发换行。没有下文，就替屏幕换行；这不是消息的边界。
        // Some programs send no line end. We end the line on the screen: no message boundary.
        if (line_is_open) show("\n");
        line_is_open = false;
        if (end != EAGAIN) return end;
    }
}
// ANCHOR_END: receive

static void *receive_and_watch(void *argument) {
    struct talk *talk = argument;
    tell(talk, receive(talk));
    // 对方说完了，没有东西可读，但它还会消失：隔一会儿问内核，连接出错了吗（SO_ERROR）。
    // The peer is done: nothing to read. It can still vanish: ask the kernel at times (SO_ERROR).
    int error = 0;
    socklen_t length = sizeof error;
    while (getsockopt(talk->stream, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error == 0) {
        poll(NULL, 0, 200);
    }
    tell(talk, error != 0 ? error : errno);
    return NULL;
}

// ANCHOR: both_ways
static int both_ways(struct talk *talk) {
    // 线程停在等键盘的 read 里，就听不见对方，所以要两个线程。一条 TCP 连接的两个方向互不相干，
    // 两个线程可以同时用同一个套接字，一个读，一个写。
    // A thread that waits in a read of the keyboard is deaf to the peer: so use two. The directions
    // of a TCP connection are separate: both may use one socket at once, one reads, one writes.
    pthread_t keyboard, network;
    if (pipe(talk->news) < 0) return errno;
    int news = pthread_create(&keyboard, NULL, send_keyboard, talk);
    if (news == 0) news = pthread_create(&network, NULL, receive_and_watch, talk);
    if (news != 0) return news;
    pthread_detach(keyboard);
    pthread_detach(network);
    // 两个方向各报告一次，次序不定。出了错就返回，哪怕键盘线程还停在 read 里。
    // Each direction reports once, in either order. On an error we return, though a thread may
    // still wait for the keyboard.
    for (int done = 0; done < 2; done++) {
        while (read(talk->news[0], &news, sizeof news) < 0 && errno == EINTR) continue;
        if (news > 0) return news;
        if (done == 1) show("两边都说完了 both are done\n");
        else if (news == WE_ARE_DONE) show("我说完了，还在听 I am done, still listening\n");
        else show("对方说完了，按 Ctrl-D 结束 peer is done, Ctrl-D to end\n");
    }
    return 0;
}
// ANCHOR_END: both_ways

// ANCHOR: turns
static int send_line(const struct talk *talk) {
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    // 空行一个字节也发不出去：对方等我们，我们等对方，谁也动不了。所以不交出轮次。
    // An empty line sends no byte: the peer would wait for us, we for it. Keep the turn.
    do {
        show("%s%s%s", GREEN, talk->ours, PLAIN);
        n = getline(&line, &room, stdin);
        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r')) n--;
    } while (n == 0);
    int end = n < 0 && feof(stdin) ? WE_ARE_DONE : 0;
    if (end == 0 && (n < 0 || write_all(talk->stream, line, (size_t)n) < 0)) end = errno;
    free(line);
    return end;
}

static int hear_line(struct talk *talk) {
    char *text = NULL, *line_end;
    size_t length;
    // 把一次 read 当成一条消息：攒下的几句会粘成一条，⏎ 是夹在里面的换行。
    // One read is taken for one message: what piled up comes glued, ⏎ for each line end.
    do {
        free(text);
        int end = read_text(talk, 1024, &text);
        if (end != 0) return end;
        length = strlen(text);
        while (length > 0 && strchr(" \t\n", text[length - 1]) != NULL) text[--length] = '\0';
    } while (length == 0);
    show("%s%s%s", CYAN, talk->theirs, PLAIN);
    char *rest = text;
    for (; (line_end = strchr(rest, '\n')) != NULL; rest = line_end + 1) {
        show("%.*s⏎", (int)(line_end - rest), rest);
    }
    show("%s\n", rest);
    free(text);
    return 0;
}

static int take_turns(struct talk *talk) {
    // 谁先说，要先约好：两边都先听，就都等下去。
    // The two must agree on which side speaks first: if both listen first, both wait for ever.
    bool my_turn = talk->ours == CLIENT_NAME;
    int end = 0;
    // 只有一个线程：等键盘时听不见对方，等对方时说不了话。
    // One thread: at the keyboard it is deaf; waiting for the peer, it is mute.
    for (; end == 0; my_turn = !my_turn) end = my_turn ? send_line(talk) : hear_line(talk);
    if (end < 0) show(end == WE_ARE_DONE ? "\n" : "对方说完了 peer is done\n");
    return end < 0 ? 0 : end;
}
// ANCHOR_END: turns

int main(int count, char **arguments) {
    (void)count;
    struct start begin = start(arguments, ADDRESS, HELP);
    bool in_turns = *begin.rest != NULL && strcmp(*begin.rest, "--turns") == 0 && !begin.rest[1];
    if (*begin.rest != NULL && !in_turns) usage("不认识的参数 unknown argument: ", *begin.rest);
    // static：main 返回以后，线程还会用到它。
    // static: the threads still use it after main has returned.
    static struct talk talk;
    int error = begin.role == CLIENT ? connect_to(&begin.address, &talk) : accept_one(&begin, &talk);
    // 对方的程序一直不读，两边内核的缓冲区就会满，write 停在那里：每次最多等 10 秒。
    // If the peer's program never reads, the buffers of both kernels fill and write waits: 10 s at
    // most each time.
    if (error == 0 && set_patience(talk.stream, SO_SNDTIMEO, 10 * 1000) < 0) error = errno;
    if (error == 0) error = in_turns ? take_turns(&talk) : both_ways(&talk);
    if (error == 0) return 0;
    // 不用 return：exit 要送出 stdout，而别的线程可能正停在 show 里。_exit 马上结束进程。
    // No return: exit would flush stdout, and a thread may be stopped in show. _exit ends at once.
    _exit(explain(error, text_of(&begin.address).text));
}
