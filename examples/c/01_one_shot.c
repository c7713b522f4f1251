// 01 一次通信：客户端发一条消息就走，服务器读到结束再打印。
// 01 One shot: the client sends one message and leaves; the server reads to the end, then prints.
//
// 先编译，再在两个终端里运行同一条命令：先到的当服务器，后到的当客户端。
// Compile it, then run the same command in two terminals: the first is the server, the second the
// client.
//
//     mkdir -p target/c
//     cc -std=c11 -Wall -Wextra -o target/c/01_one_shot examples/c/01_one_shot.c
//     target/c/01_one_shot
#include "common.h"

#define ADDRESS "127.0.0.1:9999"
// 对方能让我们等、能让我们存，所以两样都要有上限。
// The peer can make us wait and make us store, so both have a bound.
enum { PATIENCE_MS = 10 * 1000, LIMIT = 1024 * 1024 };

static const char HELP[] =
    "例 examples:\n"
    "  target/c/01_one_shot                               先到当服务器 first come: server\n"
    "  target/c/01_one_shot server\n"
    "  target/c/01_one_shot client\n"
    "  target/c/01_one_shot client 127.0.0.1:9999 你好\n"
    "  target/c/01_one_shot client 127.0.0.1:9999 - < letter.txt\n"
    "用法 usage: [server [ADDR] | client [ADDR] [MESSAGE…]]   ADDR = IP:PORT\n"
    "  MESSAGE 是 -：读标准输入 is -: read standard input\n"
    "状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument";

// 一条消息：几个字节，在哪里。
// A message: how many bytes, and where.
struct message {
    char *bytes;
    size_t count;
};

// ANCHOR: read_to_end
// 读到结束，或者读满 limit 个字节。成功返回 true；不管成不成功，message 都要 free。
// Reads to the end, or until there are limit bytes. True if that went well; the message is to be
// freed either way.
static bool read_to_end(int stream, size_t limit, struct message *message) {
    size_t room = 0;
    for (;;) {
        if (message->count == room) {
            room = room == 0 ? 4096 : room * 2;
            char *more = realloc(message->bytes, room);
            if (more == NULL) return false;
            message->bytes = more;
        }
        size_t ask = room - message->count;
        if (ask > limit - message->count) ask = limit - message->count;
        if (ask == 0) return true;
        // 一次 read 拿走接收缓冲区里现有的字节，可能只是消息的一段。所以一直读，直到读到 0：
        // 对方发来了 FIN，前面的字节也都读完了。
        // One read takes the bytes that are in the receive buffer now, maybe a part of the message.
        // So read on until a read gives 0: the peer has sent FIN, and all bytes before it have been
        // read.
        ssize_t n = read(stream, message->bytes + message->count, ask);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        if (n == 0) return true;
        message->count += (size_t)n;
    }
}
// ANCHOR_END: read_to_end

// ANCHOR: server
static int serve_one(int connection, const char *peer) {
    struct message message = {0};
    // 多读 1 字节，才分得清“刚好 1 MiB”和“超过 1 MiB”。
    // One byte more than the limit tells "exactly 1 MiB" from "over".
    if (set_patience(connection, SO_RCVTIMEO, PATIENCE_MS) < 0 ||
        !read_to_end(connection, LIMIT + 1, &message)) {
        int error = errno;
        char place[128];
        snprintf(place, sizeof place, "%s，已收到 %zu 字节 after %zu bytes", peer, message.count, message.count);
        free(message.bytes);
        return explain(error, place);
    }
    // 收齐了才解码：一个字的几个字节可能断在两次 read 之间。
    // Decode when all is here: the bytes of one character may be cut between two reads.
    char *text = printable(message.bytes, message.count, NULL);
    free(message.bytes);
    if (message.count > LIMIT) {
        free(text);
        return complain("消息超过 1 MiB，拒收 message over 1 MiB, refused: %s", peer);
    }
    if (text == NULL) return explain(ENOMEM, peer);
    show("%s客户端 client:%s %s\n", CYAN, PLAIN, text);
    show("收到 %zu 字节 received %zu bytes\n", message.count, message.count);
    free(text);
    return 0;
}

static int server(int listener, const struct address *asked) {
    struct address here = *asked, peer;
    here.length = sizeof here.at;
    if (getsockname(listener, &here.at.any, &here.length) < 0) return explain(errno, "getsockname");
    show("监听 listening on %s\n", text_of(&here).text);
    // 握手由内核完成；accept 取出一条建立好的连接，它是另一个套接字，两个都要关。
    // The kernel does the handshake; accept takes a connection that is established. It is another
    // socket, and both must be closed.
    int connection = accept_from(listener, &peer);
    if (connection < 0) return explain(errno, "accept");
    int status = serve_one(connection, text_of(&peer).text);
    // 还有字节没读就关闭，内核发的是 RST，不是 FIN（RFC 2525 §2.17）。
    // If we close while bytes are still unread, the kernel sends RST, not FIN (RFC 2525 §2.17).
    close(connection);
    return status;
}
// ANCHOR_END: server

// 命令行上的几个词，用空格连起来；- 读标准输入。
// The words of the command line with a space between them; - reads standard input.
static bool make_message(char **words, struct message *message) {
    if (*words != NULL && strcmp(*words, "-") == 0 && words[1] == NULL) {
        return read_to_end(STDIN_FILENO, SIZE_MAX, message);
    }
    char *hello[] = {"Hello, Server", NULL};
    if (*words == NULL) words = hello;
    size_t length = 0;
    for (char **word = words; *word != NULL; word++) length += strlen(*word) + 1;
    message->bytes = malloc(length);
    if (message->bytes == NULL) return false;
    for (char **word = words; *word != NULL; word++) {
        if (word != words) message->bytes[message->count++] = ' ';
        memcpy(message->bytes + message->count, *word, strlen(*word));
        message->count += strlen(*word);
    }
    return true;
}

// ANCHOR: client
static int client(const struct address *address, char **words) {
    struct text place = text_of(address);
    struct message message = {0};
    // 先备好消息再连接，服务器就不必等我们的键盘。
    // The message is ready before we connect, so the server never waits for our keyboard.
    int status = 0, stream = -1;
    if (!make_message(words, &message)) {
        status = explain(errno, "读标准输入 reading standard input");
    } else if ((stream = connect_within(address, 5)) < 0) {
        status = explain(errno, place.text);
    } else {
        show("已连接 connected to %s\n", place.text);
        // write 把字节放进内核的发送缓冲区，放不下就等，也可能只收下一部分。
        // write puts bytes into the kernel's send buffer; it waits while that is full, and may take
        // only a part.
        if (set_patience(stream, SO_SNDTIMEO, PATIENCE_MS) < 0 ||
            write_all(stream, message.bytes, message.count) < 0) {
            status = explain(errno, place.text);
        } else {
            // 写完只说明字节进了本机内核，不说明对方已读。
            // Written means: in our kernel's buffer. It does not mean the peer has read it.
            show("已发送 %zu 字节 sent %zu bytes\n", message.count, message.count);
        }
        // 缓冲区里还有的，内核接着送完，最后发 FIN：“我说完了。”
        // The kernel still delivers what is in the buffer, and then sends FIN: "that was all".
        close(stream);
    }
    free(message.bytes);
    return status;
}
// ANCHOR_END: client

int main(int count, char **arguments) {
    (void)count;
    struct start begin = start(arguments, ADDRESS, HELP);
    if (begin.role == CLIENT) return client(&begin.address, begin.rest);
    if (*begin.rest != NULL) usage("不认识的参数 unknown argument: ", *begin.rest);
    // ANCHOR: first_come
    // 一个地址和端口，内核只给一个监听的套接字：bind 成功就是先到，EADDRINUSE 就是后到。
    // The kernel gives one address and port to one listening socket: if bind works, we came first;
    // EADDRINUSE means that we came second.
    int listener = listen_on(&begin.address);
    if (listener < 0 && errno == EADDRINUSE && begin.role == NO_ROLE) {
        show("地址有人用，我当客户端 address in use, so I am the client\n");
        return client(&begin.address, begin.rest);
    }
    if (listener < 0) return explain(errno, text_of(&begin.address).text);
    // ANCHOR_END: first_come
    int status = server(listener, &begin.address);
    close(listener);
    return status;
}
