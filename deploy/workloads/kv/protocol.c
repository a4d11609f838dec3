/* One line in, one line out. README.md has the list. */
#include "kv.h"

static int arguments;
static char **argument;
static char **environment;

/* What stands between two blanks, or up to the end of the line. */
struct words {
    const char *key;
    size_t key_length;
    const char *rest;
    size_t rest_length;
};

typedef void (*answer)(const struct words *words, struct text *reply);

void protocol_open(int argc, char **argv, char **envp) {
    arguments = argc;
    argument = argv;
    environment = envp;
}

static void refuse(struct text *reply, const char *sentence) {
    put_string(reply, "ERROR ");
    put_string(reply, sentence);
}

static bool is_key(const struct words *words, struct text *reply) {
    bool fits = words->key_length >= 1 && words->key_length <= KEY_BYTES;
    if (!fits) {
        refuse(reply, "a key has 1 to 64 bytes and no blank");
    }
    return fits;
}

static void journal_change(const char *verb, const struct words *words) {
    char line[KEY_BYTES + VALUE_BYTES + 8];
    struct text text = {line, line + sizeof line};
    put_string(&text, verb);
    put_bytes(&text, words->key, words->key_length);
    if (words->rest != 0) {
        put_string(&text, " ");
        put_bytes(&text, words->rest, words->rest_length);
    }
    put_string(&text, "\n");
    journal_append(line, (size_t)(text.at - line));
}

static void answer_set(const struct words *words, struct text *reply) {
    if (!is_key(words, reply)) {
        return;
    }
    if (words->rest == 0 || words->rest_length > VALUE_BYTES) {
        refuse(reply, "a value has 0 to 184 bytes and stands after the key and a blank");
        return;
    }
    if (heap_set(words->key, words->key_length, words->rest, words->rest_length) == HEAP_FULL) {
        refuse(reply, "the heap is full, delete a key");
        return;
    }
    journal_change("SET ", words);
    put_string(reply, "OK");
}

static void answer_get(const struct words *words, struct text *reply) {
    if (!is_key(words, reply)) {
        return;
    }
    struct heap_value value = heap_get(words->key, words->key_length);
    if (value.bytes == 0) {
        put_string(reply, "NONE");
        return;
    }
    put_string(reply, "VALUE ");
    put_bytes(reply, value.bytes, value.length);
}

static void answer_delete(const struct words *words, struct text *reply) {
    if (!is_key(words, reply)) {
        return;
    }
    if (heap_delete(words->key, words->key_length) == HEAP_ABSENT) {
        put_string(reply, "NONE");
        return;
    }
    struct words key = {words->key, words->key_length, 0, 0};
    journal_change("DEL ", &key);
    put_string(reply, "OK");
}

static void answer_count(const struct words *words, struct text *reply) {
    put_string(reply, "COUNT ");
    put_unsigned(reply, heap_count());
}

static void answer_sum(const struct words *words, struct text *reply) {
    put_string(reply, "SUM ");
    put_hex(reply, heap_checksum());
    put_string(reply, " ");
    put_hex(reply, heap_running_checksum());
}

static void answer_heap(const struct words *words, struct text *reply) {
    put_string(reply, "HEAP ");
    put_hex(reply, heap_address());
    put_string(reply, " ");
    put_unsigned(reply, heap_bytes());
}

static void answer_fsum(const struct words *words, struct text *reply) {
    double sum = ticks_sum();
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    put_string(reply, "FSUM ");
    put_hex(reply, bits);
    put_string(reply, " ");
    put_double(reply, sum);
    put_string(reply, " ");
    put_unsigned(reply, ticks_count());
}

static void answer_ticks(const struct words *words, struct text *reply) {
    put_string(reply, "TICKS ");
    put_unsigned(reply, ticks_count());
}

static void answer_file(const struct words *words, struct text *reply) {
    struct journal_state state;
    if (!journal_read_back(&state)) {
        refuse(reply, "the file cannot be written and read back");
        return;
    }
    put_string(reply, "FILE ");
    put_unsigned(reply, state.size);
    put_string(reply, " ");
    put_unsigned(reply, state.offset);
    put_string(reply, " ");
    put_hex(reply, state.checksum);
    put_string(reply, " ");
    put_string(reply, journal_path());
}

static void answer_signals(const struct words *words, struct text *reply) {
    put_string(reply, "SIGNALS ");
    ticks_describe_signals(reply);
}

static void answer_args(const struct words *words, struct text *reply) {
    put_string(reply, "ARGS ");
    put_unsigned(reply, (uint64_t)arguments);
    for (int i = 0; i < arguments; i++) {
        put_string(reply, " ");
        put_string(reply, argument[i]);
    }
}

static void answer_env(const struct words *words, struct text *reply) {
    for (char **variable = environment; *variable != 0; variable++) {
        size_t length = strlen(*variable);
        if (words->key_length > 0 && length > words->key_length && (*variable)[words->key_length] == '=' &&
            memcmp(*variable, words->key, words->key_length) == 0) {
            put_string(reply, "ENV ");
            put_string(reply, *variable + words->key_length + 1);
            return;
        }
    }
    put_string(reply, "NONE");
}

static void answer_isa(const struct words *words, struct text *reply) {
    put_string(reply, "ISA ");
    put_string(reply, isa_name);
}

static void answer_pid(const struct words *words, struct text *reply) {
    put_string(reply, "PID ");
    put_unsigned(reply, (uint64_t)sys_getpid());
}

/* Written at run time or not, a pointer here is the same on both ISAs: so it lies in writable data on
   purpose, and is carried along. */
static struct {
    const char *verb;
    answer answer;
} commands[] = {
    {"SET", answer_set},     {"GET", answer_get},   {"DEL", answer_delete},
    {"COUNT", answer_count}, {"SUM", answer_sum},   {"HEAP", answer_heap},
    {"FSUM", answer_fsum},   {"FILE", answer_file}, {"TICKS", answer_ticks},
    {"SIGNALS", answer_signals}, {"ARGS", answer_args}, {"ENV", answer_env},
    {"ISA", answer_isa},     {"PID", answer_pid},
};

/* Cuts at the first blank; what follows it, or 0 where there is none. */
static char *cut(char *string) {
    while (*string != '\0' && *string != ' ') {
        string++;
    }
    if (*string == '\0') {
        return 0;
    }
    *string = '\0';
    return string + 1;
}

bool protocol_answer(char *line, size_t length, struct text *reply) {
    char *end = line + length;
    char *key = cut(line);
    char *rest = key == 0 ? 0 : cut(key);
    struct words words = {key == 0 ? "" : key, key == 0 ? 0 : strlen(key), rest,
                          rest == 0 ? 0 : (size_t)(end - rest)};
    if (equal_strings(line, "QUIT")) {
        put_string(reply, "BYE\n");
        return false;
    }
    bool known = false;
    for (unsigned i = 0; i < sizeof commands / sizeof commands[0] && !known; i++) {
        known = equal_strings(line, commands[i].verb);
        if (known) {
            commands[i].answer(&words, reply);
        }
    }
    if (!known) {
        refuse(reply, "unknown command, see README.md");
    }
    put_string(reply, "\n");
    return true;
}
