// Loaded into a Rust program before it begins: what safe Rust cannot do to its own process.
// For -std=c11, the GNU C library has another `signal`.
#define _GNU_SOURCE
#include <signal.h>
#include <stddef.h>

static void returns(int number) { (void)number; }

// A handler of SIGUSR1, without SA_RESTART.
__attribute__((constructor)) static void handle(void) {
    struct sigaction action = {.sa_handler = returns};
    sigaction(SIGUSR1, &action, NULL);
}

// Rust's standard library calls this to ignore SIGPIPE. Here SIGPIPE keeps its default.
void (*signal(int number, void (*handler)(int)))(int) {
    (void)number;
    (void)handler;
    return SIG_DFL;
}
