/*
 * A key-value server over TCP, made to show that everything crosses to another ISA: see README.md
 * for its protocol.
 *   kv PORT FILE
 */
#include "kv.h"
#include "migration_point.h"

enum { WAIT_MILLISECONDS = 50 };

static void serve(void) {
    for (;;) {
        migration_point(serve);
        clients_serve(WAIT_MILLISECONDS);
    }
}

static int refuse(const char *sentence, const char *detail, long error) {
    char line[512];
    struct text text = {line, line + sizeof line};
    put_string(&text, "kv: ");
    put_string(&text, sentence);
    put_string(&text, detail);
    if (error < 0) {
        put_string(&text, " (errno ");
        put_unsigned(&text, (uint64_t)-error);
        put_string(&text, ")");
    }
    put_string(&text, "\n");
    write_all(2, line, (size_t)(text.at - line));
    return 1;
}

static void announce(uint64_t port) {
    char line[256];
    struct text text = {line, line + sizeof line};
    put_string(&text, "kv ");
    put_string(&text, isa_name);
    put_string(&text, " listens on port ");
    put_unsigned(&text, port);
    put_string(&text, ", heap of ");
    put_unsigned(&text, heap_bytes());
    put_string(&text, " bytes at 0x");
    put_hex(&text, heap_address());
    put_string(&text, "\n");
    write_all(1, line, (size_t)(text.at - line));
}

int main(int argc, char **argv, char **envp) {
    uint64_t port = 0;
    if (argc < 3) {
        return refuse("expected PORT and FILE, and found less.", "", 0);
    }
    if (!parse_unsigned(argv[1], 65535, &port) || port == 0) {
        return refuse("PORT must be a number from 1 to 65535, found ", argv[1], 0);
    }
    protocol_open(argc, argv, envp);
    long error = heap_open();
    if (error < 0) {
        return refuse("the heap cannot be mapped", "", error);
    }
    error = journal_open(argv[2]);
    if (error < 0) {
        return refuse("cannot open for appending: ", argv[2], error);
    }
    error = clients_open((uint16_t)port);
    if (error < 0) {
        return refuse("cannot listen on port ", argv[1], error);
    }
    ticks_start();
    announce(port);
    serve();
    return 0;
}
