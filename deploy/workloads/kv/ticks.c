/*
 * The periodic timer signal, the sum that it feeds, and the end by SIGTERM. The n-th tick adds 1/n to
 * the sum, in double precision and in this order: a client can compute the same bits from the number
 * of ticks, so a tick lost, or a floating-point register gone wrong, shows.
 */
#include "kv.h"

enum { TICKS_PER_FLUSH = 10 };

static volatile uint64_t ticks;
static volatile double sum;
static uint64_t waiting_mask;

static void tick(int signal) {
    ticks++;
    sum += 1.0 / (double)ticks;
    if (ticks % TICKS_PER_FLUSH == 0) {
        journal_flush();
    }
}

/* Runs only while the server waits, so it may touch everything. */
static void stop(int signal) {
    char line[128];
    struct text text = {line, line + sizeof line};
    put_string(&text, "END ");
    put_unsigned(&text, heap_count());
    put_string(&text, "\n");
    journal_append(line, (size_t)(text.at - line));
    bool flushed = journal_sync();
    text.at = line;
    put_string(&text, "kv ");
    put_string(&text, isa_name);
    put_string(&text, " ends with ");
    put_unsigned(&text, heap_count());
    put_string(&text, " keys after ");
    put_unsigned(&text, ticks);
    put_string(&text, flushed ? " ticks, file flushed\n" : " ticks, file NOT flushed\n");
    write_all(1, line, (size_t)(text.at - line));
    sys_exit(flushed ? 0 : 1);
}

void ticks_start(void) {
    uint64_t both = SIGNAL_BIT(SIGALRM) | SIGNAL_BIT(SIGTERM);
    waiting_mask = set_signal_mask(both) & ~both;
    set_signal_handler(SIGPIPE, SIGNAL_IGNORE, 0);
    set_signal_handler(SIGALRM, tick, both);
    set_signal_handler(SIGTERM, stop, both);
    set_interval_timer(TICK_MICROSECONDS);
}

uint64_t ticks_count(void) {
    return ticks;
}

double ticks_sum(void) {
    return sum;
}

uint64_t ticks_waiting_mask(void) {
    return waiting_mask;
}

static const char *describe(int signal) {
    signal_handler handler = get_signal_handler(signal);
    if (handler == tick || handler == stop) {
        return handler == tick ? "tick" : "stop";
    }
    if (handler == SIGNAL_IGNORE || handler == SIGNAL_DEFAULT) {
        return handler == SIGNAL_IGNORE ? "ignored" : "default";
    }
    return "unknown";
}

/* As the kernel holds them now. */
void ticks_describe_signals(struct text *reply) {
    uint64_t mask = set_signal_mask(~0UL);
    set_signal_mask(mask);
    put_string(reply, "SIGALRM=");
    put_string(reply, describe(SIGALRM));
    put_string(reply, " SIGTERM=");
    put_string(reply, describe(SIGTERM));
    put_string(reply, " SIGPIPE=");
    put_string(reply, describe(SIGPIPE));
    put_string(reply, " BLOCKED=");
    put_hex(reply, mask);
    put_string(reply, " TIMER=");
    put_unsigned(reply, get_interval_timer());
}
