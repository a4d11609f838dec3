/* Text without a C library. */
#ifndef GODWIT_TEXT_H
#define GODWIT_TEXT_H

static unsigned long length(const char *text) {
    unsigned long n = 0;
    while (text[n]) {
        n++;
    }
    return n;
}

static int equal(const char *one, const char *other) {
    while (*one && *one == *other) {
        one++;
        other++;
    }
    return *one == *other;
}

static int begins(const char *text, const char *with) {
    while (*with && *text == *with) {
        text++;
        with++;
    }
    return !*with;
}

/* Appends to a text that has room for so many bytes with its end; what does not fit is cut off. */
static void append(char *text, unsigned long room, const char *more) {
    unsigned long n = length(text);
    while (*more && n + 1 < room) {
        text[n++] = *more++;
    }
    text[n] = 0;
}

static void copy(char *room, unsigned long size, const char *text) {
    *room = 0;
    append(room, size, text);
}

static void append_json(char *text, unsigned long room, const char *more) {
    char one[3] = "\\?";
    for (; *more; more++) {
        one[1] = (unsigned char)*more < ' ' ? ' ' : *more;
        append(text, room, one[1] == '"' || one[1] == '\\' ? one : one + 1);
    }
}

static long number(const char *digits) {
    long n = 0;
    for (; *digits >= '0' && *digits <= '9' && n < 1L << 40; digits++) {
        n = n * 10 + (*digits - '0');
    }
    return n;
}

#endif
