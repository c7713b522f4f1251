// unusual: C, one process a client, poll in it and a buffer for each direction
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address(const char *text) {
    struct sockaddr_in at = {.sin_family = AF_INET};
    char host[64] = "";
    const char *colon = strrchr(text, ':');
    memcpy(host, text, colon - text);
    inet_pton(AF_INET, host, &at.sin_addr);
    at.sin_port = htons(atoi(colon + 1));
    return at;
}

struct way {
    char bytes[16384];
    ssize_t from, to;
    int ended;
};

/* One direction; -1 is a broken connection. */
static int step(struct way *way, int in, int out, short in_events, short out_events) {
    if (way->from == way->to && !way->ended && in_events) {
        way->from = 0;
        way->to = recv(in, way->bytes, sizeof way->bytes, 0);
        if (way->to < 0)
            return -1;
        if (way->to == 0) {
            way->ended = 1;
            shutdown(out, SHUT_WR);
        }
    } else if (way->from < way->to && out_events) {
        ssize_t sent = send(out, way->bytes + way->from, way->to - way->from, MSG_DONTWAIT);
        if (sent < 0)
            return -1;
        way->from += sent;
    }
    return 0;
}

static void serve(int client, int server) {
    static struct way up, down;
    while (!up.ended || !down.ended) {
        struct pollfd ends[2] = {{.fd = client}, {.fd = server}};
        struct way *out_of[2] = {&up, &down};
        for (int i = 0; i < 2; i++) {
            struct way *in = out_of[i], *into = out_of[1 - i];
            if (in->from == in->to && !in->ended)
                ends[i].events |= POLLIN;
            if (into->from < into->to)
                ends[i].events |= POLLOUT;
            /* An end that is waited for in no way reports POLLHUP for ever. */
            if (!ends[i].events)
                ends[i].fd = -1;
        }
        poll(ends, 2, -1);
        if (step(&up, client, server, ends[0].revents & ~POLLOUT, ends[1].revents & ~POLLIN) ||
            step(&down, server, client, ends[1].revents & ~POLLOUT, ends[0].revents & ~POLLIN))
            return;
    }
}

int main(int count, char **words) {
    struct sockaddr_in here = address(words[count - 2]), there = address(words[count - 1]);
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bind(listener, (struct sockaddr *)&here, sizeof here);
    listen(listener, 128);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client >= 0 && fork() == 0) {
            int server = socket(AF_INET, SOCK_STREAM, 0);
            close(listener);
            if (connect(server, (struct sockaddr *)&there, sizeof there) == 0)
                serve(client, server);
            _exit(0);
        }
        close(client);
    }
}
