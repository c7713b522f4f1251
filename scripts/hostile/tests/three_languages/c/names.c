// The rows of "Names".
#include "rows.h"

static int count(int socktype) {
    struct addrinfo hints = {.ai_socktype = socktype}, *found;
    CHECK(getaddrinfo("127.0.0.1", "80", &hints, &found) == 0);
    int count = 0;
    for (struct addrinfo *one = found; one != NULL; one = one->ai_next) count++;
    freeaddrinfo(found);
    return count;
}

static void row_name_addresses(void) {
    struct addrinfo *found;
    CHECK(getaddrinfo("localhost", "80", NULL, &found) == 0);
    freeaddrinfo(found);
    // Once for each type of socket.
    CHECK(count(0) > 1);
    CHECK(count(SOCK_STREAM) == 1);
}

static void row_address_name(void) {
    struct sockaddr_in address = loopback();
    char host[NI_MAXHOST], service[NI_MAXSERV];
    CHECK(getnameinfo((struct sockaddr *)&address, sizeof address, host, sizeof host, service,
                      sizeof service, 0) == 0);
    CHECK(strlen(host) > 0);
}

static void row_name_of_this_machine(void) {
    char name[256];
    CHECK(gethostname(name, sizeof name) == 0 && strlen(name) > 0);
}

static void row_service_port(void) {
    if (access("/etc/services", R_OK) == -1) skip("no /etc/services");
    struct servent *service = getservbyname("http", "tcp");
    CHECK(service != NULL && ntohs((uint16_t)service->s_port) == 80);
}

const struct row names[] = {
    ROW(row_name_addresses),
    ROW(row_address_name),
    ROW(row_name_of_this_machine),
    ROW(row_service_port),
    {NULL, NULL},
};
