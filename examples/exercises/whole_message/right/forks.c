// unusual: a process for each client, which is waited for at the next one
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Length of the character at the beginning, and whether it is one: RFC 3629. */
static int character(const unsigned char *s, size_t size, int *good)
{
    int all = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    *good = 0;
    if (all == 0)
        return 1;
    for (int at = 1; at < all; at++) {
        unsigned char low = 0x80, high = 0xbf;
        if (at == 1) {
            low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : low;
            high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : high;
        }
        if (at >= (int)size || s[at] < low || s[at] > high)
            return at;
    }
    *good = 1;
    return all;
}

static void serve(int s)
{
    static unsigned char message[65537];
    size_t held = 0;
    ssize_t count;
    while ((count = read(s, message + held, sizeof message - held)) > 0) {
        held += count;
        if (held > 65536)
            exit(0);
    }
    if (count < 0) {
        perror("read");
        exit(0);
    }
    for (size_t at = 0; at < held;) {
        int good, size = character(message + at, held - at, &good);
        if (good)
            fwrite(message + at, 1, size, stdout);
        else
            fputs("\xef\xbf\xbd", stdout);
        at += size;
    }
    putchar('\n');
    fflush(stdout);
    exit(0);
}

int main(int count, char **words)
{
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
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if (s < 0)
            continue;
        if (fork() == 0) {
            close(l);
            serve(s);
        }
        close(s);
    }
}
