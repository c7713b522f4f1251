// unusual: C, one byte at a time with getc and putchar
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int count, char **words)
{
    char *address = words[count - 1];
    char *colon = strrchr(address, ':');
    *colon = '\0';
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;
    if (getaddrinfo(address, colon + 1, &hints, &found) != 0) {
        fprintf(stderr, "no such address\n");
        return 1;
    }
    int s = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (connect(s, found->ai_addr, found->ai_addrlen) < 0) {
        perror("connect");
        return 1;
    }
    FILE *in = fdopen(s, "r"), *out = fdopen(dup(s), "w");
    fputs("你好\n", out);
    fflush(out);
    int c;
    while ((c = getc(in)) != EOF)
        putchar(c);
    if (ferror(in)) {
        perror("read");
        return 1;
    }
    return 0;
}
