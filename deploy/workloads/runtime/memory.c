/* Memory, strings and text. GCC calls the first four on its own account. */
#include "runtime.h"

void *memcpy(void *to, const void *from, size_t length) {
    char *target = to;
    const char *source = from;
    while (length-- > 0) {
        *target++ = *source++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t length) {
    char *target = to;
    const char *source = from;
    if (target <= source) {
        return memcpy(to, from, length);
    }
    while (length-- > 0) {
        target[length] = source[length];
    }
    return to;
}

void *memset(void *to, int byte, size_t length) {
    char *target = to;
    while (length-- > 0) {
        *target++ = (char)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t length) {
    const unsigned char *left = a;
    const unsigned char *right = b;
    for (size_t i = 0; i < length; i++) {
        if (left[i] != right[i]) {
            return left[i] - right[i];
        }
    }
    return 0;
}

size_t strlen(const char *string) {
    const char *end = string;
    while (*end != '\0') {
        end++;
    }
    return (size_t)(end - string);
}

bool equal_strings(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

bool parse_unsigned(const char *string, uint64_t limit, uint64_t *value) {
    uint64_t result = 0;
    const char *digit = string;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        uint64_t next = (uint64_t)(*digit - '0');
        if (result > limit / 10 || result * 10 > limit - next) {
            return false;
        }
        result = result * 10 + next;
    }
    *value = result;
    return digit != string && *digit == '\0';
}

void put_bytes(struct text *text, const char *bytes, size_t length) {
    size_t room = (size_t)(text->end - text->at);
    size_t taken = length < room ? length : room;
    memcpy(text->at, bytes, taken);
    text->at += taken;
}

void put_string(struct text *text, const char *string) {
    put_bytes(text, string, strlen(string));
}

void put_unsigned(struct text *text, uint64_t value) {
    char digits[20];
    int first = (int)sizeof digits;
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    put_bytes(text, digits + first, sizeof digits - (size_t)first);
}

void put_hex(struct text *text, uint64_t value) {
    char digits[16];
    for (int i = 15; i >= 0; i--) {
        unsigned nibble = (unsigned)(value & 15);
        digits[i] = (char)(nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
        value >>= 4;
    }
    put_bytes(text, digits, sizeof digits);
}

void put_double(struct text *text, double value) {
    uint64_t whole = (uint64_t)(int64_t)value;
    uint64_t billionths = (uint64_t)(int64_t)((value - (double)(int64_t)whole) * 1e9);
    put_unsigned(text, whole);
    put_string(text, ".");
    for (uint64_t unit = 100000000; unit > billionths && unit > 1; unit /= 10) {
        put_string(text, "0");
    }
    put_unsigned(text, billionths);
}
