// unusual: reverses bytes, then the bytes of each character; a thread for each client
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int all(int s, unsigned char *at, size_t size)
{
    while (size > 0) {
        ssize_t count = recv(s, at, size, MSG_WAITALL);
        if (count <= 0)
            return 0;
        at += count;
        size -= count;
    }
    return 1;
}

static int valid(const unsigned char *s, size_t size)
{
    for (size_t at = 0; at < size;) {
        unsigned char first = s[at++];
        int more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
        if (more < 0)
            return 0;
        for (int i = 0; i < more; i++, at++) {
            unsigned char low = 0x80, high = 0xbf;
            if (i == 0) {
                low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : low;
                high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : high;
            }
            if (at >= size || s[at] < low || s[at] > high)
                return 0;
        }
    }
    return 1;
}

static void turn(unsigned char *from, unsigned char *to)
{
    while (from < to) {
        unsigned char c = *from;
        *from++ = *to;
        *to-- = c;
    }
}

static void *serve(void *client)
{
    int s = (intptr_t)client;
    unsigned char *frame = malloc(4 + 65536), *body = frame + 4;
    uint32_t size;
    while (all(s, frame, 4)) {
        memcpy(&size, frame, 4);
        size = ntohl(size);
        if (size > 65536 || !all(s, body, size) || !valid(body, size))
            break;
        turn(body, body + size - 1);
        for (uint32_t at = 0; at < size;) {
            uint32_t end = at;
            while (body[end] >= 0x80 && body[end] < 0xc0)
                end++;
            turn(body + at, body + end);
            at = end + 1;
        }
        for (size_t sent = 0; sent < size + 4;) {
            ssize_t count = send(s, frame + sent, size + 4 - sent, 0);
            if (count < 0)
                goto out;
            sent += count;
        }
    }
out:
    free(frame);
    close(s);
    return NULL;
}

int main(int count, char **words)
{
    signal(SIGPIPE, SIG_IGN);
    char *address = words[count - 1];
    char *colon = strrchr(address, ':');
    *colon = '\0';
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *found;
    if (getaddrinfo(address, colon + 1, &hints, &found) != 0)
        return 1;
    int l = socket(found->ai_family, found->ai_socktype, found->ai_protocol), on = 1;
    setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(l, found->ai_addr, found->ai_addrlen) < 0 || listen(l, 10) < 0) {
        perror("listen");
        return 1;
    }
    for (;;) {
        int s = accept(l, NULL, NULL);
        pthread_t thread;
        if (s < 0)
            continue;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)s) != 0) {
            close(s);
            continue;
        }
        pthread_detach(thread);
    }
}
