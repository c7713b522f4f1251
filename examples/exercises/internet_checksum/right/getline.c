// unusual: C with getline, one digit after another, a sum of 64 bits folded at the end
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, stdin)) >= 0) {
        uint64_t sum = 0, digits = 0;
        int bad = 0;
        for (ssize_t at = 0; at < length; at++) {
            unsigned char c = line[at];
            if (c == ' ' || c == '\r' || c == '\n')
                continue;
            if (!isxdigit(c)) {
                bad = 1;
                continue;
            }
            int value = isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
            /* The four digits of a number count 4096, 256, 16 and 1. */
            sum += (uint64_t)value << (4 * (3 - digits++ % 4));
        }
        while (sum >> 16)
            sum = (sum & 0xffff) + (sum >> 16);
        if (bad || digits % 2)
            puts("bad");
        else
            printf("%04x\n", (unsigned)(~sum & 0xffff));
        fflush(stdout);
    }
    return 0;
}
