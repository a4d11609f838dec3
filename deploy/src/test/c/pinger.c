/* Prints as counter does, and holds an ICMP datagram socket, which CRIU dumps and does not restore. */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    if (socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP) < 0) {
        perror("socket");
        return 1;
    }
    for (unsigned long number = 1;; number++) {
        usleep(200000);
        printf("x86_64 %lu\n", number);
        fflush(stdout);
    }
}
