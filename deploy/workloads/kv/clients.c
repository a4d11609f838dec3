/*
 * The clients. A connection that the kernel reports as broken in any way (reset, or closed under us
 * while we were moved) costs that client only.
 */
#include "kv.h"

enum { CLIENTS = 64, LINE_BYTES = 1024, REPLY_BYTES = 4096 };

struct client {
    bool connected;
    bool leaving; /* goes once its last reply is written */
    int fd;
    size_t read;    /* bytes in `input` */
    size_t replied; /* bytes in `output` */
    size_t written; /* of those, sent */
    char input[LINE_BYTES];
    char output[REPLY_BYTES];
};

static int listener;
static struct client clients[CLIENTS];

long clients_open(uint16_t port) {
    long fd = listen_on_port(port);
    listener = (int)fd;
    return fd;
}

static void drop(struct client *client) {
    sys_close(client->fd);
    client->connected = false;
}

static void welcome(void) {
    for (int i = 0; i < CLIENTS; i++) {
        struct client *client = clients + i;
        if (client->connected) {
            continue;
        }
        long fd = accept_client(listener);
        if (fd < 0) {
            return;
        }
        client->connected = true;
        client->leaving = false;
        client->fd = (int)fd;
        client->read = 0;
        client->replied = 0;
        client->written = 0;
    }
}

/* Sends what it can of the replies. */
static void send_replies(struct client *client) {
    while (client->written < client->replied) {
        long sent = sys_write(client->fd, client->output + client->written,
                              client->replied - client->written);
        if (sent == -EAGAIN) {
            return;
        }
        if (sent < 0 && sent != -EINTR) {
            drop(client);
            return;
        }
        client->written += sent > 0 ? (size_t)sent : 0;
    }
    client->replied = 0;
    client->written = 0;
    if (client->leaving) {
        drop(client);
    }
}

/* Answers the first line of the input; false when there is no whole line. */
static bool answer_line(struct client *client) {
    size_t end = 0;
    while (end < client->read && client->input[end] != '\n') {
        end++;
    }
    if (end == client->read) {
        return false;
    }
    size_t length = end > 0 && client->input[end - 1] == '\r' ? end - 1 : end;
    struct text reply = {client->output, client->output + REPLY_BYTES};
    client->input[length] = '\0';
    client->leaving = !protocol_answer(client->input, length, &reply);
    client->replied = (size_t)(reply.at - client->output);
    if (reply.at == reply.end) {
        client->output[REPLY_BYTES - 1] = '\n';
    }
    client->read -= end + 1;
    memmove(client->input, client->input + end + 1, client->read);
    send_replies(client);
    return true;
}

/* A reply that the client does not take yet holds up its next lines, and nobody else's. */
static void answer_lines(struct client *client) {
    while (client->connected && client->replied == 0 && answer_line(client)) {
    }
}

static void serve(struct client *client) {
    if (client->replied > 0) {
        send_replies(client);
    } else {
        long length = sys_read(client->fd, client->input + client->read, LINE_BYTES - client->read);
        if (length == -EAGAIN || length == -EINTR) {
            return;
        }
        /* 0: the end, or a line longer than the room for it. */
        if (length <= 0) {
            drop(client);
            return;
        }
        client->read += (size_t)length;
    }
    answer_lines(client);
}

void clients_serve(unsigned milliseconds) {
    struct poll_fd files[CLIENTS + 1];
    int owner[CLIENTS + 1];
    unsigned count = 0;
    for (int i = 0; i < CLIENTS; i++) {
        if (clients[i].connected) {
            files[count].fd = clients[i].fd;
            files[count].events = clients[i].replied > 0 ? POLLOUT : POLLIN;
            files[count].revents = 0;
            owner[count] = i;
            count++;
        }
    }
    unsigned connected = count;
    if (connected < CLIENTS) {
        files[count].fd = listener;
        files[count].events = POLLIN;
        files[count].revents = 0;
        count++;
    }
    if (poll_files(files, count, milliseconds, ticks_waiting_mask()) <= 0) {
        return;
    }
    for (unsigned i = 0; i < connected; i++) {
        if (files[i].revents != 0) {
            serve(clients + owner[i]);
        }
    }
    if (connected < CLIENTS && files[connected].revents != 0) {
        welcome();
    }
}
