/*
 * Holds sockets that are of its own network alone: a listener and a connected datagram socket on the
 * address of eth0, a listener on ::1, one on an address that is nobody's (ip_nonlocal_bind), a packet
 * socket on eth0. Says every 200 ms where they are: "NUMBER LISTENER DATAGRAM SIX NOBODYS PACKET".
 *
 *   addresses PEER    the address that the datagram socket is connected to
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static void must(int is_well, const char *what) {
    if (!is_well) {
        perror(what);
        exit(1);
    }
}

static int bound(int type, const void *address, socklen_t size) {
    int fd = socket(((const struct sockaddr *)address)->sa_family, type, 0);
    must(fd >= 0 && bind(fd, address, size) == 0, "bind");
    must(type != SOCK_STREAM || listen(fd, 5) == 0, "listen");
    return fd;
}

static int bound4(int type, struct in_addr address, int port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
    return bound(type, &at, sizeof at);
}

static void say(int fd) {
    union {
        struct sockaddr_storage any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
        struct sockaddr_ll packet;
    } at;
    socklen_t size = sizeof at;
    char text[64] = "?";
    must(getsockname(fd, (struct sockaddr *)&at, &size) == 0, "getsockname");
    if (at.any.ss_family == AF_INET) {
        inet_ntop(AF_INET, &at.four.sin_addr, text, sizeof text);
    } else if (at.any.ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &at.six.sin6_addr, text, sizeof text);
    } else {
        if_indextoname(at.packet.sll_ifindex, text);
    }
    printf(" %s", text);
}

int main(int count, char **words) {
    struct ifaddrs *all;
    struct in_addr own = {0}, nobodys = {inet_addr("203.0.113.7")};
    must(count == 2 && getifaddrs(&all) == 0, "getifaddrs");
    for (struct ifaddrs *one = all; one; one = one->ifa_next) {
        if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET && !strcmp(one->ifa_name, "eth0")) {
            own = ((struct sockaddr_in *)one->ifa_addr)->sin_addr;
        }
    }
    struct sockaddr_in6 loop = {
        .sin6_family = AF_INET6, .sin6_port = htons(7003), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in peer = {
        .sin_family = AF_INET, .sin_port = htons(8125), .sin_addr = {inet_addr(words[1])}};
    struct sockaddr_ll eth0 = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP),
        .sll_ifindex = (int)if_nametoindex("eth0")};
    int sockets[] = {
        bound4(SOCK_STREAM, own, 7001), socket(AF_INET, SOCK_DGRAM, 0),
        bound(SOCK_STREAM, &loop, sizeof loop), bound4(SOCK_STREAM, nobodys, 7002),
        socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ARP))};
    must(connect(sockets[1], (struct sockaddr *)&peer, sizeof peer) == 0, "connect");
    must(bind(sockets[4], (struct sockaddr *)&eth0, sizeof eth0) == 0, "bind to eth0");
    for (int number = 1;; number++) {
        printf("%d", number);
        for (unsigned i = 0; i < sizeof sockets / sizeof *sockets; i++) {
            say(sockets[i]);
        }
        printf("\n");
        fflush(stdout);
        nanosleep(&(struct timespec){0, 200000000}, 0);
    }
}
