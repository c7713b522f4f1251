// unusual: C, one thread with poll, a fixed buffer for each client, and lines of its own on stdout
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 500, LIMIT = 65536 };

struct client {
    int fd;
    char *held;
    size_t count;
};

static struct client clients[CLIENTS];
static int here;

static int send_all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
        if (sent < 0) {
            return -1;
        }
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

/* 0 while the client stays. */
static int serve(struct client *one) {
    ssize_t got = recv(one->fd, one->held + one->count, LIMIT + 1 - one->count, 0);
    if (got <= 0) {
        return -1;
    }
    one->count += (size_t)got;
    char *end;
    while ((end = memchr(one->held, '\n', one->count)) != NULL) {
        size_t line = (size_t)(end + 1 - one->held);
        printf("client %d: ", one->fd);
        fwrite(one->held, 1, line, stdout);
        fflush(stdout);
        if (send_all(one->fd, one->held, line) < 0) {
            return -1;
        }
        one->count -= line;
        memmove(one->held, end + 1, one->count);
    }
    return one->count > LIMIT ? -1 : 0;
}

int main(int argc, char **argv) {
    char *address = argv[argc - 1];
    char *colon = strrchr(address, ':');
    *colon = '\0';
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(colon + 1))};
    inet_pton(AF_INET, address, &at.sin_addr);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 128) < 0) {
        perror("listen");
        return 1;
    }
    printf("listening on port %s\n", colon + 1);
    fflush(stdout);
    while (1) {
        struct pollfd all[CLIENTS + 1] = {{.fd = listener, .events = POLLIN}};
        int count = here;
        for (int i = 0; i < count; i++) {
            all[i + 1] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
        }
        poll(all, (nfds_t)count + 1, -1);
        for (int i = count - 1; i >= 0; i--) {
            if (all[i + 1].revents != 0 && serve(&clients[i]) < 0) {
                printf("client %d is gone\n", clients[i].fd);
                close(clients[i].fd);
                free(clients[i].held);
                clients[i] = clients[--here];
            }
        }
        if (all[0].revents != 0) {
            int fd = accept(listener, NULL, NULL);
            if (fd >= 0 && here < CLIENTS) {
                clients[here++] = (struct client){.fd = fd, .held = malloc(LIMIT + 1)};
                printf("client %d\n", fd);
            } else if (fd >= 0) {
                close(fd);
            }
        }
    }
}
