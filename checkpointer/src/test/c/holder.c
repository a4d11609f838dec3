/* Counts on its standard output, twenty numbers a second, and holds what a freeze, a dump and a
   thaw must leave alone: a deleted file of 8 MiB with a hole, memory, and a server at port 7000 that
   answers each byte with the next one. It says what is no more as it was. With "ping" it holds an
   ICMP socket, too, which asks itself ten times a second. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT = 7000, TICK_MS = 50, MIB = 1 << 20, CLIENTS = 8 };

static char memory[4 * MIB];

static void lost(const char *what) { printf("lost %s: %s\n", what, strerror(errno)); }

static void check_file(int file) {
    char byte = 0;
    if (pread(file, &byte, 1, 7 * MIB) != 1 || byte != 'g') lost("the deleted file");
    if (pread(file, &byte, 1, 4 * MIB) != 1 || byte != 0) lost("its hole");
}

static void check_memory(void) {
    for (size_t i = 0; i < sizeof memory; i += 4096)
        if (memory[i] != (char)(i >> 12)) {
            lost("memory");
            return;
        }
}

static void ping(int icmp) {
    static unsigned short sequence;
    struct sockaddr_in self = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct icmphdr echo = {.type = ICMP_ECHO, .un.echo.sequence = htons(++sequence)};
    if (sendto(icmp, &echo, sizeof echo, 0, (struct sockaddr *)&self, sizeof self) < 0)
        lost("its question");
    if (recv(icmp, &echo, sizeof echo, 0) < 0) lost("the answer");
}

int main(int argc, char **argv) {
    setvbuf(stdout, 0, _IONBF, 0);
    for (size_t i = 0; i < sizeof memory; i += 4096) memory[i] = (char)(i >> 12);
    int file = open("/deleted", O_RDWR | O_CREAT, 0600);
    static char block[MIB];
    memset(block, 'g', sizeof block);
    for (int at = 0; at < 8; at++)
        if (at < 3 || at > 5) pwrite(file, block, MIB, (off_t)at * MIB);
    unlink("/deleted");
    int icmp = argc > 1 ? socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP) : -1;
    if (argc > 1 && icmp < 0) lost("the ICMP socket");

    struct pollfd fds[1 + CLIENTS];
    int count = 1;
    fds[0].fd = socket(AF_INET, SOCK_STREAM, 0);
    fds[0].events = POLLIN;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    bind(fds[0].fd, (struct sockaddr *)&here, sizeof here);
    listen(fds[0].fd, 5);
    for (long number = 1;; number++) {
        printf("at %ld\n", number);
        check_file(file);
        check_memory();
        if (icmp >= 0) ping(icmp);
        while (poll(fds, count, TICK_MS) > 0) {
            if (fds[0].revents && count <= CLIENTS) {
                fds[count].fd = accept(fds[0].fd, 0, 0);
                fds[count++].events = POLLIN;
            }
            for (int i = 1; i < count; i++) {
                unsigned char byte;
                if (!fds[i].revents) continue;
                if (read(fds[i].fd, &byte, 1) == 1) {
                    byte++;
                    write(fds[i].fd, &byte, 1);
                } else {
                    close(fds[i].fd);
                    fds[i--] = fds[--count];
                }
            }
        }
    }
}
