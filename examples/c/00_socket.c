// 00 套接字：连接由内核建立，由两端的地址和端口认定。
// 00 Sockets: the kernel makes a connection; the addresses and ports of both ends identify it.
//
//     mkdir -p target/c
//     cc -std=c11 -Wall -Wextra -o target/c/00_socket examples/c/00_socket.c
//     target/c/00_socket
#include "common.h"

static const char HELP[] =
    "用法 usage:\n"
    "  target/c/00_socket                一个端口，三条连接 one port, three connections\n"
    "  target/c/00_socket server ADDR    换一个地址 another address, such as 127.0.0.1:6667";
enum { CLIENTS = 3 };

// ANCHOR: listen
// Rust 的一次 TcpListener::bind，在这里是三次调用，每一次都可能失败；还有一个选项，也要自己设。
// What is one TcpListener::bind in Rust is three calls here, each of which may fail; and an option,
// which is our part as well.
static int start_listening(struct address *address) {
    // 一个描述符：一个小整数，内核用它记住我们的套接字。
    // A descriptor: a small integer by which the kernel remembers our socket.
    int listener = socket(address->at.any.sa_family, SOCK_STREAM, 0), on = 1;
    if (listener < 0) return -1;
    // 上一次的连接还在 TIME-WAIT，也允许绑定（socket(7)）。
    // Bind even while connections of the last run are in TIME-WAIT (socket(7)).
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // bind 占下地址和端口；从 listen 起，握手由内核完成，连接排进队列，等程序来取（listen(2)）。
    // bind takes the address and port; from listen on, the kernel does the handshakes, and the
    // connections wait in a queue until the program takes them (listen(2)).
    if (bind(listener, &address->at.any, address->length) < 0 || listen(listener, 128) < 0 ||
        getsockname(listener, &address->at.any, &address->length) < 0) {
        int error = errno;
        close(listener);
        errno = error;
        return -1;
    }
    show("监听 listening: %s\n", text_of(address).text);
    return listener;
}
// ANCHOR_END: listen

// ANCHOR: connect
static int connect_one(const struct address *address, int number) {
    // 没有指定本地端口：内核挑一个临时端口。对方的内核答应了，connect 就返回，不管它的程序有没有
    // 调用 accept。
    // No local port is named: the kernel picks an ephemeral port. connect returns when the other
    // kernel has agreed, whether or not its program has called accept.
    struct address local = {.length = sizeof local.at}, peer = {.length = sizeof peer.at};
    char words[32];
    int client = socket(address->at.any.sa_family, SOCK_STREAM, 0);
    if (client < 0) return -1;
    int count = snprintf(words, sizeof words, "我是 I am %d", number);
    if (connect(client, &address->at.any, address->length) == 0 &&
        getsockname(client, &local.at.any, &local.length) == 0 &&
        getpeername(client, &peer.at.any, &peer.length) == 0 &&
        // 写也成功：字节停在服务器一侧的接收缓冲区里，等程序来读。
        // Writing succeeds too: the bytes wait in the receive buffer on the server's side.
        write_all(client, words, (size_t)count) == 0 &&
        // 内核在这些字节后面发 FIN：“我不再发了。”
        // The kernel sends FIN after these bytes: "I will send no more."
        shutdown(client, SHUT_WR) == 0) {
        show("已连接 connected: 本地 local %s, 对端 peer %s\n", text_of(&local).text, text_of(&peer).text);
        return client;
    }
    int error = errno;
    close(client);
    errno = error;
    return -1;
}
// ANCHOR_END: connect

// ANCHOR: accept
static int accept_one(int listener) {
    // 从队列里取一条已建立的连接，得到新的套接字；它的本地端口就是监听的端口。
    // Takes one established connection from the queue as a new socket, whose local port is the one
    // that we listen on.
    struct address peer, local = {.length = sizeof local.at};
    int connection = accept_from(listener, &peer);
    if (connection < 0) return -1;
    char said[64];
    size_t count = 0;
    ssize_t n = -1;
    // 来的也可能是别的程序，它可以一直不说话，也可以说个没完：每次最多等 5 秒，最多读 64 字节。
    // It could be some other program, which says nothing at all, or never ends: wait at most 5
    // seconds each time, read at most 64 bytes.
    if (getsockname(connection, &local.at.any, &local.length) == 0 &&
        set_patience(connection, SO_RCVTIMEO, 5000) == 0) {
        while (count < sizeof said && (n = read(connection, said + count, sizeof said - count)) != 0) {
            if (n > 0) count += (size_t)n;
            if (n < 0 && errno != EINTR) break;
        }
    }
    int error = errno;
    close(connection);
    char *text = n < 0 ? NULL : printable(said, count, NULL);
    if (text != NULL) {
        show("接受 accepted: 本地 local %s, 对端 peer %s: %s\n", text_of(&local).text, text_of(&peer).text, text);
        free(text);
        return 0;
    }
    errno = n < 0 ? error : ENOMEM;
    return -1;
}
// ANCHOR_END: accept

int main(int count, char **arguments) {
    (void)count;
    struct start begin = start(arguments, "127.0.0.1:6666", HELP);
    if (*begin.rest != NULL) usage("不认识的参数 unknown argument: ", *begin.rest);
    struct text place = text_of(&begin.address);
    int listener = start_listening(&begin.address);
    if (listener < 0) return explain(errno, place.text);
    int clients[CLIENTS], status = 0, connected = 0;
    while (connected < CLIENTS && status == 0) {
        int client = connect_one(&begin.address, connected + 1);
        if (client < 0) status = explain(errno, text_of(&begin.address).text);
        else clients[connected++] = client;
    }
    if (status == 0) show("现在才调用 accept now accept is called\n");
    for (int i = 0; i < connected && status == 0; i++) {
        if (accept_one(listener) < 0) status = explain(errno, "accept");
    }
    for (int i = 0; i < connected; i++) close(clients[i]);
    close(listener);
    return status;
}
