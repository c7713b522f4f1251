// unusual: C, with recvfrom and no connect: the address of the sender is compared
#include <arpa/inet.h>
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

static unsigned char asked[512], answer[65536];
static int asked_size, size;

static int fail(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}

static int number(int at) {
    if (at + 2 > size)
        fail("cut");
    return answer[at] << 8 | answer[at + 1];
}

/* The name as text with dots; gives the place behind it. */
static int name(int at, char text[512]) {
    int after = 0, length, used = 0;
    for (int jumps = 0; jumps < 130;) {
        if (at >= size)
            fail("cut");
        length = answer[at];
        if (length >= 192) {
            if (!after)
                after = at + 2;
            at = number(at) & 0x3fff;
            jumps++;
        } else if (length > 63) {
            fail("reserved");
        } else if (length == 0) {
            text[used] = 0;
            return after ? after : at + 1;
        } else {
            if (at + 1 + length > size || used + length + 2 > 256)
                fail("cut or too long");
            memcpy(text + used, answer + at + 1, length);
            text[used + length] = '.';
            used += length + 1;
            at += length + 1;
        }
    }
    return fail("circle");
}

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int same_without_case(const unsigned char *a, const unsigned char *b, int count) {
    for (int at = 0; at < count; at++)
        if (tolower(a[at]) != tolower(b[at]))
            return 0;
    return 1;
}

static int is_ours(struct sockaddr_in *from, struct sockaddr_in *server) {
    return size >= asked_size && from->sin_port == server->sin_port &&
           from->sin_addr.s_addr == server->sin_addr.s_addr && !memcmp(answer, asked, 2) &&
           answer[2] & 128 && number(4) == 1 &&
           same_without_case(answer + 12, asked + 12, asked_size - 12);
}

int main(int count, char **words) {
    char *wanted_name = words[count - 2], *colon = strrchr(words[count - 1], ':');
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(colon + 1))};
    char host[64] = "";
    memcpy(host, words[count - 1], colon - words[count - 1]);
    inet_pton(AF_INET, host, &server.sin_addr);

    getrandom(asked, 2, 0);
    memcpy(asked + 2, "\1\0\0\1\0\0\0\0\0\0", 10);
    asked_size = 12;
    for (char *label = strtok(wanted_name, "."); label; label = strtok(NULL, ".")) {
        asked[asked_size] = strlen(label);
        memcpy(asked + asked_size + 1, label, strlen(label));
        asked_size += strlen(label) + 1;
    }
    memcpy(asked + asked_size, "\0\0\1\0\1", 5);
    asked_size += 5;

    int udp = socket(AF_INET, SOCK_DGRAM, 0), found = 0;
    for (int try = 0; try < 2 && !found; try++) {
        sendto(udp, asked, asked_size, 0, (struct sockaddr *)&server, sizeof server);
        for (long end = now() + 700, left; !found && (left = end - now()) > 0;) {
            struct pollfd readable = {.fd = udp, .events = POLLIN};
            if (poll(&readable, 1, left) < 1)
                break;
            struct sockaddr_in from;
            socklen_t length = sizeof from;
            size = recvfrom(udp, answer, sizeof answer, 0, (struct sockaddr *)&from, &length);
            found = size > 0 && is_ours(&from, &server);
        }
    }
    if (!found)
        fail("no answer");
    if (number(2) & 0x020f)
        fail("an error, or only a part");

    char wanted[512], owner[512], target[512];
    name(12, wanted);
    for (int steps = 0; steps < 12; steps++) {
        int at = asked_size, addresses = 0, aliases = 0;
        for (int left = number(6); left > 0; left--) {
            at = name(at, owner);
            int kind = number(at), length = number(at + 8), data = at + 10;
            at = data + length;
            if (at > size || (kind == 1 && length != 4))
                fail("wrong length");
            if (strcasecmp(owner, wanted))
                continue;
            if (kind == 1) {
                addresses++;
                printf("%d.%d.%d.%d\n", answer[data], answer[data + 1], answer[data + 2],
                       answer[data + 3]);
            } else if (kind == 5 && !aliases++) {
                name(data, target);
            }
        }
        if (addresses)
            return 0;
        if (!aliases)
            break;
        strcpy(wanted, target);
    }
    return fail("no address");
}
