// 09 UDP：一个数据报读一次，丢了、来了两次都没有人说；在它上面做停止等待。
// 09 UDP: one datagram, one read; nobody tells what is lost or comes twice. Stop-and-wait on top.
//
// 先编译，再运行：一个终端看数据报的五件事，两个终端一条一条地送到。
// Compile it, then run it: five facts in one terminal, every message arrives with two.
//
//     mkdir -p target/c
//     cc -std=c11 -Wall -Wextra -o target/c/09_udp examples/c/09_udp.c
//     target/c/09_udp
#include "common.h"

#include <time.h>

#define ADDRESS "127.0.0.1:8809"
enum {
    // 第一次等 1 秒，每次加倍（RFC 6298 §2、§5）：1、2、4、8 秒。四次都没有确认，就不再试。
    // The first wait is 1 s, and each doubles (RFC 6298 §2, §5): 1, 2, 4, 8 s. Then we give up.
    FIRST_WAIT_MS = 1000,
    TRIES = 4,
    // 装得下任何一个 UDP 数据报：太长的也看得出来，不会被悄悄截断。
    // Holds any UDP datagram: one that is too long is seen as such, and not cut silently.
    LARGEST = 65536,
    // 一个数据报最多 1200 字节，装得进 1280 字节的 IPv6 包；再大，路上就可能要分片，丢一片等于全丢
    // （RFC 8085 §3.2）。
    // A datagram has at most 1200 bytes and fits into an IPv6 packet of 1280: a larger one may be
    // fragmented on the path, and one lost fragment loses all of it (RFC 8085 §3.2).
    LIMIT = 1200,
    HEADER = 9,
    CONVERSATIONS = 64,
};

static const char HELP[] =
    "例 examples:\n"
    "  target/c/09_udp                                    五件事 five facts\n"
    "  target/c/09_udp server\n"
    "  target/c/09_udp client\n"
    "  target/c/09_udp client 127.0.0.1:8809 你好 再见\n"
    "用法 usage: [server [ADDR] | client [ADDR] [MESSAGE…]]   ADDR = IP:PORT\n"
    "  一个 MESSAGE 是一个数据报 each MESSAGE is one datagram\n"
    "状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument";

// ---- 五件事 five facts ----

// 只在本机；什么也不来，也只等 1 秒。
// On this machine only, and where nothing comes, the wait is 1 second.
static bool make_pair(int *sender, int *receiver) {
    struct address here = {0};
    if (!parse("127.0.0.1:0", &here)) return false;
    *sender = socket(AF_INET, SOCK_DGRAM, 0);
    *receiver = socket(AF_INET, SOCK_DGRAM, 0);
    return *sender >= 0 && *receiver >= 0 && bind(*receiver, &here.at.any, here.length) == 0 &&
           getsockname(*receiver, &here.at.any, &here.length) == 0 &&
           connect(*sender, &here.at.any, here.length) == 0 &&
           set_patience(*sender, SO_RCVTIMEO, 1000) == 0 &&
           set_patience(*sender, SO_SNDTIMEO, 1000) == 0 &&
           set_patience(*receiver, SO_RCVTIMEO, 1000) == 0;
}

static void close_pair(const int *sender, const int *receiver) {
    if (*sender >= 0) close(*sender);
    if (*receiver >= 0) close(*receiver);
}

static const char *outcome(ssize_t got, char *text, size_t room) {
    if (got >= 0) snprintf(text, room, "%zd", got);
    if (got < 0) snprintf(text, room, "错误 error: %s", strerror(errno));
    return text;
}

static void show_facts(int sender, int *receiver) {
    static char buffer[2000];
    static const char hello[] = "你好", bye[] = "再见了";
    size_t six = strlen(hello), nine = strlen(bye);
    char said[200];
    // ANCHOR: facts
    // 两次 send 是两个数据报：不粘在一起，也不分开。
    // Two sends are two datagrams: never glued, never split.
    ssize_t sent[2] = {send(sender, hello, six, 0), send(sender, bye, nine, 0)};
    ssize_t first = recv(*receiver, buffer, sizeof buffer, 0);
    ssize_t second = recv(*receiver, buffer, sizeof buffer, 0);
    show("1 边界 boundaries: send [%zd, %zd] → recv [%zd, %zd]\n", sent[0], sent[1], first, second);

    // 空的数据报也是数据报。UDP 没有 FIN，recv 得到 0 不是结束。
    // An empty datagram is a datagram. UDP has no FIN: a recv of 0 is not the end.
    sent[0] = send(sender, "", 0, 0);
    sent[1] = send(sender, hello, six, 0);
    first = recv(*receiver, buffer, sizeof buffer, 0);
    second = recv(*receiver, buffer, sizeof buffer, 0);
    show("2 空的 empty: send [%zd, %zd] → recv [%zd, %zd]\n", sent[0], sent[1], first, second);

    // 缓冲区只有 4 字节：POSIX 说多的丢掉。下一次 recv 是下一个数据报。
    // A buffer of 4 bytes: POSIX drops the rest. The next recv is the next datagram.
    sent[0] = send(sender, bye, nine, 0);
    sent[1] = send(sender, hello, six, 0);
    const char *cut = outcome(recv(*receiver, buffer, 4, 0), said, sizeof said);
    second = recv(*receiver, buffer, sizeof buffer, 0);
    show("3 缓冲区 a buffer of 4: send [%zd, %zd] → recv %s, %zd\n", sent[0], sent[1], cut, second);

    // 关掉收的一方：send 照样成功，对方的内核回 ICMP，下一次调用才得到错误。
    // The receiver closes: send still works, that kernel answers with ICMP, and the next call fails.
    close(*receiver);
    *receiver = -1;
    sent[0] = send(sender, hello, six, 0);
    const char *late = outcome(recv(sender, buffer, sizeof buffer, 0), said, sizeof said);
    show("4 没有人收 nobody receives: send %zd → recv %s\n", sent[0], late);
    // ANCHOR_END: facts
}

static void show_loss(int sender, int receiver) {
    static char buffer[2000];
    int sent = 0, got = 0;
    // 收的一方不读：接收缓冲区满了，后来的丢掉。每次 send 都成功。
    // The receiver does not read: its buffer is full, what comes later is dropped. Every send works.
    while (sent < 1000 && send(sender, buffer, 1000, 0) == 1000) sent++;
    if (set_patience(receiver, SO_RCVTIMEO, 100) < 0) return;
    while (got < 1000 && recv(receiver, buffer, sizeof buffer, 0) == 1000) got++;
    show("5 来不及读 too slow: send %d 次 times → recv %d 次 times\n", sent, got);
}

static int facts(void) {
    int sender = -1, receiver = -1, error = 0;
    if (!make_pair(&sender, &receiver)) error = errno;
    if (error == 0) show_facts(sender, &receiver);
    close_pair(&sender, &receiver);
    sender = receiver = -1;
    if (error == 0 && !make_pair(&sender, &receiver)) error = errno;
    if (error == 0) show_loss(sender, receiver);
    close_pair(&sender, &receiver);
    return error == 0 ? 0 : explain(error, "127.0.0.1");
}

// ---- 消息 messages ----

enum kind { DATA = 1, ACK = 2 };
struct message {
    enum kind kind;
    uint32_t conversation, number;
    const unsigned char *text;
    size_t length;
};

// 高位在前：一个字节一个字节地拼，和这台机器怎样存数无关。
// High byte first, put together byte by byte: however this machine stores a number.
static uint32_t read_number(const unsigned char *from) {
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static void write_number(unsigned char *to, uint32_t number) {
    for (int i = 0; i < 4; i++) to[i] = (unsigned char)(number >> (24 - 8 * i));
}

// ANCHOR: parse
// 1 字节种类，4 字节会话，4 字节编号，后面是文字。边界由数据报给，不用写长度。
// 1 byte kind, 4 bytes conversation, 4 bytes number, then text. The datagram itself is the boundary,
// so no length is written.
static bool parse_message(const unsigned char *datagram, size_t length, struct message *message) {
    if (length < HEADER || length > LIMIT) return false;
    message->kind = datagram[0] == DATA ? DATA : ACK;
    message->conversation = read_number(datagram + 1);
    message->number = read_number(datagram + 5);
    message->text = datagram + HEADER;
    message->length = length - HEADER;
    // 从 1 开始编号：0 是“还一条也没有”。
    // Numbers begin with 1: 0 is "none so far".
    if (message->number == 0) return false;
    return datagram[0] == DATA || (datagram[0] == ACK && message->length == 0);
}
// ANCHOR_END: parse

static size_t write_message(const struct message *message, unsigned char *datagram) {
    datagram[0] = (unsigned char)message->kind;
    write_number(datagram + 1, message->conversation);
    write_number(datagram + 5, message->number);
    if (message->length > 0) memcpy(datagram + HEADER, message->text, message->length);
    return HEADER + message->length;
}

// ---- 服务器 the server ----

struct conversation {
    struct address peer;
    uint32_t conversation, last;
};
// 会话是对方开的，所以要有上限：满了，忘掉最久没有动静的。最近动过的在后面。
// Peers open conversations, so there is a bound: when it is reached, we forget the one that has been
// silent for longest. The latest is last.
struct heard {
    struct conversation known[CONVERSATIONS];
    size_t count;
};
enum turn { NEW, AGAIN, AHEAD };

static bool is_same(const struct address *a, const struct address *b) {
    if (a->at.any.sa_family != b->at.any.sa_family) return false;
    if (a->at.any.sa_family == AF_INET) {
        return a->at.v4.sin_port == b->at.v4.sin_port &&
               a->at.v4.sin_addr.s_addr == b->at.v4.sin_addr.s_addr;
    }
    return a->at.v6.sin6_port == b->at.v6.sin6_port &&
           a->at.v6.sin6_scope_id == b->at.v6.sin6_scope_id &&
           memcmp(&a->at.v6.sin6_addr, &b->at.v6.sin6_addr, sizeof a->at.v6.sin6_addr) == 0;
}

static void forget(struct heard *heard, size_t at) {
    heard->count--;
    memmove(heard->known + at, heard->known + at + 1, (heard->count - at) * sizeof *heard->known);
}

// ANCHOR: turn
static enum turn turn_of(struct heard *heard, const struct address *peer, const struct message *data) {
    size_t at = 0;
    while (at < heard->count && !(heard->known[at].conversation == data->conversation &&
                                  is_same(&heard->known[at].peer, peer))) {
        at++;
    }
    uint32_t last = at < heard->count ? heard->known[at].last : 0;
    // 没听过的会话从第 1 条开始。
    // A conversation not heard of begins with message 1.
    if (data->number > last && data->number - last > 1) return AHEAD;
    if (at < heard->count) {
        forget(heard, at);
    } else if (heard->count == CONVERSATIONS) {
        forget(heard, 0);
    }
    uint32_t now = data->number > last ? data->number : last;
    heard->known[heard->count++] = (struct conversation){*peer, data->conversation, now};
    return data->number > last ? NEW : AGAIN;
}
// ANCHOR_END: turn

// ANCHOR: server
// 要确认就返回 true；内存不够，就当这个数据报丢了。
// True if it is to be acknowledged; out of memory, the datagram counts as lost.
static bool take(struct heard *heard, const struct address *peer, const struct message *data) {
    struct text place = text_of(peer);
    char *text = printable((const char *)data->text, data->length, NULL);
    if (text == NULL) return false;
    // 对方的换行会冒充我们的下一行。
    // A line end of the peer would pass for a line of ours.
    for (char *c = text; *c != '\0'; c++) {
        if (*c == '\n') *c = ' ';
    }
    enum turn turn = turn_of(heard, peer, data);
    // 来过的不再打印，但要确认：对方再发，正是因为没有收到上一个确认。
    // What has come before is not shown again, but acknowledged: the peer sends it again because our
    // last ACK has not come.
    if (turn == NEW) show("%s %s#%lu %s%s\n", place.text, CYAN, (unsigned long)data->number, text, PLAIN);
    if (turn == AGAIN) {
        show("%s #%lu 又来一次，只确认 again, only acknowledged\n", place.text, (unsigned long)data->number);
    }
    free(text);
    return turn != AHEAD;
}

static int serve(int udp) {
    static unsigned char datagram[LARGEST];
    static struct heard heard;
    for (int strays = 0;;) {
        struct address peer = {.length = sizeof peer.at};
        struct message message;
        ssize_t length = recvfrom(udp, datagram, sizeof datagram, 0, &peer.at.any, &peer.length);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return explain(errno, "recvfrom");
        if (parse_message(datagram, (size_t)length, &message) && message.kind == DATA &&
            take(&heard, &peer, &message)) {
            // 确认也是一个会丢的数据报：丢了，客户端会再发一次。
            // The ACK is a datagram, too: if it is lost, the client sends again.
            struct message ack = {ACK, message.conversation, message.number, NULL, 0};
            sendto(udp, datagram, write_message(&ack, datagram), 0, &peer.at.any, peer.length);
            continue;
        }
        // 谁都能发来任何东西。不答；也只说三次：灌水的人不能刷满我们的屏幕。
        // Anyone may send anything. No answer, and only three lines: a flood must not fill our screen.
        if (strays < 3) show("%s 不是下一条，不理 not the next one, ignored\n", text_of(&peer).text);
        if (strays < 3) strays++;
    }
}

static int server(const struct address *asked) {
    struct address here = *asked;
    // 没有 listen，没有 accept：一个套接字收所有人的数据报。
    // No listen, no accept: one socket gets everybody's datagrams.
    int udp = socket(asked->at.any.sa_family, SOCK_DGRAM, 0);
    if (udp < 0) return explain(errno, "socket");
    here.length = sizeof here.at;
    int status;
    if (bind(udp, &asked->at.any, asked->length) < 0 ||
        getsockname(udp, &here.at.any, &here.length) < 0) {
        status = explain(errno, text_of(asked).text);
    } else {
        show("等数据报 waiting for datagrams on %s\n", text_of(&here).text);
        status = serve(udp);
    }
    close(udp);
    return status;
}
// ANCHOR_END: server

// ---- 客户端 the client ----

// 不会倒退的钟：有人改了系统时间也不影响期限。
// A clock that never goes back: a deadline does not change with the system's time.
static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// ANCHOR: deliver
// 1 已确认，0 等到了期限，-1 出错，原因在 errno 里。
// 1 acknowledged, 0 the deadline has come, -1 an error with its cause in errno.
static int is_acknowledged(int udp, const struct message *data, long long end) {
    static unsigned char datagram[LARGEST];
    for (;;) {
        // 期限是一个时刻：不相干的数据报再多，也不能让我们等得更久。
        // The deadline is a moment: stray datagrams cannot make us wait longer.
        long long left = end - now_ms();
        if (left <= 0) return 0;
        if (set_patience(udp, SO_RCVTIMEO, (int)left) < 0) return -1;
        ssize_t length = recv(udp, datagram, sizeof datagram, 0);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
        struct message answer;
        if (parse_message(datagram, (size_t)length, &answer) && answer.kind == ACK &&
            answer.conversation == data->conversation && answer.number == data->number) {
            return 1;
        }
        // 旧的确认又来一次：什么也不发，接着等，只有等到期限才再发。若每个重复的确认都让我们再发一份，
        // 后面的每一条就都发两份（RFC 1123 §4.2.3.1）。
        // An old ACK once more: send nothing and wait on; only the deadline makes us send again. If
        // every repeated ACK made us send a copy, all later messages would go out twice (RFC 1123
        // §4.2.3.1).
    }
}

static int deliver(int udp, const char *place, const struct message *data) {
    unsigned char datagram[LIMIT];
    size_t length = write_message(data, datagram);
    unsigned long number = data->number;
    int wait = FIRST_WAIT_MS;
    for (int attempt = 1; attempt <= TRIES; attempt++, wait *= 2) {
        show("#%lu 发出 sent (%d/%d)\n", number, attempt, TRIES);
        if (send(udp, datagram, length, 0) < 0) return explain(errno, place);
        int acknowledged = is_acknowledged(udp, data, now_ms() + wait);
        if (acknowledged < 0) return explain(errno, place);
        if (acknowledged > 0) {
            show("#%lu 已确认 acknowledged\n", number);
            return 0;
        }
        // 消息丢了、确认丢了、只是慢：从这里看都一样。只能再发，而且等得更久。
        // Message lost, ACK lost, or only slow: it looks the same from here. All we can do is send
        // again, and wait longer.
    }
    return complain("发了 %d 次，没有确认 no acknowledgment, sent %d times: %s", TRIES, TRIES, place);
}
// ANCHOR_END: deliver

// 会话号随机选：以前的数据报迟到了，也不会当成这一次的；别人也难猜中。
// The conversation is a random number: a late datagram of an earlier run is not taken for one of
// this run, and a forger has to guess.
static bool choose(uint32_t *conversation) {
    int source = open("/dev/urandom", O_RDONLY);
    if (source < 0) return false;
    ssize_t got = read(source, conversation, sizeof *conversation);
    close(source);
    return got == (ssize_t)sizeof *conversation;
}

// ANCHOR: client
static int client(const struct address *address, char **words) {
    struct text place = text_of(address);
    char *given[] = {"一 one", "二 two", "三 three", NULL};
    if (*words == NULL) words = given;
    for (char **word = words; *word != NULL; word++) {
        if (strlen(*word) <= LIMIT - HEADER) continue;
        char size[100];
        snprintf(size, sizeof size, "%zu > %d 字节 bytes", strlen(*word), LIMIT - HEADER);
        usage("一个数据报装不下 too long for one datagram: ", size);
    }
    uint32_t conversation;
    if (!choose(&conversation)) return explain(errno, "/dev/urandom");
    int udp = socket(address->at.any.sa_family, SOCK_DGRAM, 0), status = 0;
    if (udp < 0) return explain(errno, place.text);
    // UDP 的 connect 不发包：内核记下对方，只收它的数据报，也把 ICMP 错误交给我们。
    // connect sends nothing in UDP: the kernel notes the peer, takes only its datagrams, and hands us
    // ICMP errors.
    if (connect(udp, &address->at.any, address->length) < 0) status = explain(errno, place.text);
    for (uint32_t number = 1; status == 0 && *words != NULL; number++, words++) {
        const unsigned char *text = (const unsigned char *)*words;
        struct message data = {DATA, conversation, number, text, strlen(*words)};
        status = deliver(udp, place.text, &data);
    }
    if (status == 0) show("全部确认 all acknowledged\n");
    close(udp);
    return status;
}
// ANCHOR_END: client

int main(int count, char **arguments) {
    (void)count;
    struct start begin = start(arguments, ADDRESS, HELP);
    if (begin.role == CLIENT) return client(&begin.address, begin.rest);
    if (*begin.rest != NULL) usage("不认识的参数 unknown argument: ", *begin.rest);
    return begin.role == SERVER ? server(&begin.address) : facts();
}
