/*
 * The heap: 2^18 slots of 256 bytes, open addressing. It starts full of pseudo-random bytes (unused
 * slots keep them), so every page of it exists and none compresses away.
 */
#include "kv.h"

enum { SLOT_BYTES = 256, SLOT_WORDS = SLOT_BYTES / 8 };
enum { STATE_FREE = 0, STATE_USED = 1, STATE_DELETED = 2 };

#define SLOTS (1UL << 18)
#define HEAP_BYTES (SLOTS * SLOT_BYTES)
/* Low enough for 39-bit address spaces and, unlike what arm64's kernel would choose, for x86_64. */
#define HEAP_ADDRESS 0x1000000000UL

struct slot {
    uint8_t state;
    uint8_t key_length;
    uint8_t value_length;
    uint8_t unused[5];
    char key[KEY_BYTES];
    char value[VALUE_BYTES];
};
_Static_assert(sizeof(struct slot) == SLOT_BYTES, "a slot is 256 bytes");

static struct slot *heap;
static uint64_t used;
static uint64_t checksum;

/* A sum over slots of a polynomial over each slot's words: can be kept up to date, and sees where a
   word lies. */
static uint64_t checksum_of(uint64_t index) {
    const uint64_t *words = (const uint64_t *)(heap + index);
    uint64_t sum = index + 1;
    for (int i = 0; i < SLOT_WORDS; i++) {
        sum = (sum ^ words[i]) * 0x100000001B3UL;
        sum ^= sum >> 29;
    }
    return sum;
}

uint64_t heap_checksum(void) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < SLOTS; i++) {
        sum += checksum_of(i);
    }
    return sum;
}

long heap_open(void) {
    long address = sys_mmap((void *)HEAP_ADDRESS, HEAP_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE);
    if (address < 0) {
        return address;
    }
    heap = (struct slot *)address;
    uint64_t *words = (uint64_t *)address;
    uint64_t random = 0x9E3779B97F4A7C15UL;
    for (uint64_t i = 0; i < HEAP_BYTES / 8; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        words[i] = i % SLOT_WORDS == 0 ? random & ~0xFFUL : random;
    }
    checksum = heap_checksum();
    return 0;
}

uint64_t heap_address(void) {
    return (uint64_t)heap;
}

uint64_t heap_bytes(void) {
    return HEAP_BYTES;
}

uint64_t heap_count(void) {
    return used;
}

uint64_t heap_running_checksum(void) {
    return checksum;
}

static uint64_t hash(const char *key, size_t length) {
    uint64_t sum = 0xCBF29CE484222325UL;
    for (size_t i = 0; i < length; i++) {
        sum = (sum ^ (uint8_t)key[i]) * 0x100000001B3UL;
    }
    return sum ^ sum >> 32;
}

/* The slot of a key, or SLOTS. */
static uint64_t find(const char *key, size_t length) {
    uint64_t index = hash(key, length) % SLOTS;
    for (uint64_t tried = 0; tried < SLOTS; tried++) {
        const struct slot *slot = heap + index;
        if (slot->state == STATE_FREE) {
            return SLOTS;
        }
        if (slot->state == STATE_USED && slot->key_length == length &&
            memcmp(slot->key, key, length) == 0) {
            return index;
        }
        index = (index + 1) % SLOTS;
    }
    return SLOTS;
}

/* The first slot where a new key may stand, or SLOTS. */
static uint64_t find_room(const char *key, size_t length) {
    uint64_t index = hash(key, length) % SLOTS;
    for (uint64_t tried = 0; tried < SLOTS; tried++) {
        if (heap[index].state != STATE_USED) {
            return index;
        }
        index = (index + 1) % SLOTS;
    }
    return SLOTS;
}

enum heap_result heap_set(const char *key, size_t key_length, const char *value, size_t length) {
    uint64_t index = find(key, key_length);
    bool new = index == SLOTS;
    if (new) {
        index = find_room(key, key_length);
    }
    if (index == SLOTS) {
        return HEAP_FULL;
    }
    struct slot *slot = heap + index;
    checksum -= checksum_of(index);
    slot->state = STATE_USED;
    slot->key_length = (uint8_t)key_length;
    slot->value_length = (uint8_t)length;
    memcpy(slot->key, key, key_length);
    memcpy(slot->value, value, length);
    checksum += checksum_of(index);
    used += new;
    return HEAP_STORED;
}

struct heap_value heap_get(const char *key, size_t key_length) {
    uint64_t index = find(key, key_length);
    struct heap_value none = {0, 0};
    struct heap_value found = {heap[index % SLOTS].value, heap[index % SLOTS].value_length};
    return index == SLOTS ? none : found;
}

enum heap_result heap_delete(const char *key, size_t key_length) {
    uint64_t index = find(key, key_length);
    if (index == SLOTS) {
        return HEAP_ABSENT;
    }
    checksum -= checksum_of(index);
    heap[index].state = STATE_DELETED;
    checksum += checksum_of(index);
    used--;
    return HEAP_STORED;
}
