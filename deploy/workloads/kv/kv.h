/* The parts of the key-value server. All state is global, so that it crosses to the other ISA. */
#ifndef GODWIT_KV_H
#define GODWIT_KV_H

#include "runtime.h"

/* ---- heap.c: the table of keys, 64 MiB, every byte under a checksum ---- */
enum { KEY_BYTES = 64, VALUE_BYTES = 184 };

struct heap_value {
    const char *bytes; /* 0 when there is no such key */
    size_t length;
};

enum heap_result { HEAP_STORED, HEAP_ABSENT, HEAP_FULL };

/* Maps and fills the heap; a negative errno when the kernel refuses. */
long heap_open(void);
uint64_t heap_address(void);
uint64_t heap_bytes(void);
uint64_t heap_count(void);
/* Kept up to date by every change. */
uint64_t heap_running_checksum(void);
/* Computed anew over all bytes. */
uint64_t heap_checksum(void);
/* Keys of 1 to KEY_BYTES bytes, values of 0 to VALUE_BYTES. */
enum heap_result heap_set(const char *key, size_t key_length, const char *value, size_t length);
struct heap_value heap_get(const char *key, size_t key_length);
enum heap_result heap_delete(const char *key, size_t key_length);

/* ---- journal.c: the append-only file, opened once ---- */
struct journal_state {
    uint64_t size;
    uint64_t offset;
    uint64_t checksum;
};

long journal_open(const char *path);
const char *journal_path(void);
void journal_append(const char *bytes, size_t length);
/* Writes what is buffered; false when the file took it not. */
bool journal_flush(void);
bool journal_sync(void);
/* Reads the whole file back through the open descriptor. */
bool journal_read_back(struct journal_state *state);

/* ---- ticks.c: the timer, the sum, the end ---- */
enum { TICK_MICROSECONDS = 100000 };

void ticks_start(void);
uint64_t ticks_count(void);
double ticks_sum(void);
/* The signal mask to wait with: outside of the wait both signals are blocked, so the handlers never
   meet half a change. */
uint64_t ticks_waiting_mask(void);
void ticks_describe_signals(struct text *reply);

/* ---- protocol.c ---- */
void protocol_open(int argc, char **argv, char **envp);
/* Answers one line (without its end, with a 0 behind it). False when the client is to be let go. */
bool protocol_answer(char *line, size_t length, struct text *reply);

/* ---- clients.c ---- */
long clients_open(uint16_t port);
/* Waits for clients or a signal, at most `milliseconds`, and serves those who have something. */
void clients_serve(unsigned milliseconds);

#endif
