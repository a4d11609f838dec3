package io.godwit.e2e;

import static io.godwit.e2e.Setting.holds;
import static io.godwit.e2e.Setting.inspects;

import io.godwit.refusal.RefusalKind;
import java.util.List;

/** The table of settings, third part: what is refused, and as what. */
final class RefusedThings {
  private static final String OTHER =
      "docker run --detach --name godwit-e2e-other godwit/stock sleep 10000";

  private RefusedThings() {}

  static List<Sample> samples() {
    return List.of(
        Sample.refused(
            "traced",
            List.of(),
            RefusalKind.TRACED,
            holds(
                "processes that are traced (strace, gdb)",
                """
                traced = child(lambda: (call(libc.ptrace(0, 0, 0, 0)), time.sleep(1e6)))
                time.sleep(0.3)
                return same(lambda: state(traced)[1:])\
                """)),
        Sample.refused(
            "own-namespace",
            List.of("--cap-add", "SYS_ADMIN"),
            RefusalKind.OWN_NAMESPACE,
            holds(
                "namespaces of a process's own (unshare)",
                """
                def apart():
                    call(libc.unshare(0x04000000))
                    time.sleep(1e6)
                other = child(apart)
                time.sleep(0.3)
                return same(lambda: os.readlink(f'/proc/{other}/ns/uts'))\
                """)),
        Sample.refused(
            "stopped",
            List.of(),
            RefusalKind.STOPPED,
            holds(
                "stopped processes (SIGSTOP)",
                """
                stopped = child(lambda: time.sleep(1e6))
                os.kill(stopped, signal.SIGSTOP)
                time.sleep(0.2)
                return same(lambda: state(stopped))\
                """)),
        Sample.refused(
            "queue",
            List.of(),
            RefusalKind.MESSAGE_QUEUE,
            holds(
                "POSIX message queues",
                """
                queue = call(libc.mq_open(b'/birds', os.O_CREAT | os.O_RDWR | os.O_NONBLOCK, 0o600, struct.pack('8q', 0, 10, 64, 0, 0, 0, 0, 0)))
                call(libc.mq_send(queue, b'message', 7, 3))
                return same(lambda: os.fstat(queue).st_size)\
                """)),
        Sample.refused(
            "renamed",
            List.of(),
            RefusalKind.UNIX_SOCKET_NAME,
            holds(
                "unix sockets that listen and whose file was renamed, or linked to another name",
                """
                s = socket.socket(socket.AF_UNIX)
                s.bind('/tmp/first')
                s.listen(5)
                os.rename('/tmp/first', '/tmp/second')
                def check():
                    with socket.socket(socket.AF_UNIX) as c:
                        c.connect('/tmp/second')
                        s.accept()[0].close()
                return check\
                """)),
        Sample.refused(
            "multicast",
            List.of(),
            RefusalKind.MULTICAST,
            holds(
                "multicast groups",
                """
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                group = socket.inet_aton('239.1.1.1') + socket.inet_aton('0.0.0.0')
                s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
                def look():
                    with open('/proc/net/igmp') as f:
                        # The socket is held by this, and the group by the socket.
                        return s.fileno() >= 0 and '010101EF' in f.read()
                return same(look)\
                """)),
        Sample.refused(
            "network",
            List.of("--cap-add", "NET_ADMIN"),
            RefusalKind.OWN_NETWORK,
            holds(
                "interfaces, addresses and routes that a program made itself",
                """
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                # ifconfig lo:1 10.97.0.1
                address = struct.pack('16sHH4s8x', b'lo:1', socket.AF_INET, 0, socket.inet_aton('10.97.0.1'))
                fcntl.ioctl(s, 0x8916, address)
                def look():
                    with open('/proc/net/fib_trie') as f:
                        return '10.97.0.1' in f.read()
                return same(look)\
                """)),
        Sample.refused(
            "hosts",
            List.of(),
            RefusalKind.ENGINE_FILES,
            holds(
                "lines that a program put into /etc/hosts or /etc/resolv.conf",
                """
                with open('/etc/hosts', 'a') as f:
                    f.write('10.9.8.7 nest\\n')
                return same(lambda: socket.gethostbyname('nest'))\
                """)),
        Sample.refused(
            "slack",
            List.of(),
            RefusalKind.TIMER_SLACK,
            holds(
                "timer slack of a process's own (PR_SET_TIMERSLACK)",
                """
                call(libc.prctl(29, 123456))
                return same(lambda: libc.prctl(30))\
                """)),
        Sample.refused(
            "hostpid",
            List.of("--pid", "host"),
            RefusalKind.HOST_PID,
            inspects("`--pid host`", "{{.HostConfig.PidMode}}")),
        Sample.refused(
            "hostipc",
            List.of("--ipc", "host"),
            RefusalKind.HOST_IPC,
            inspects("`--ipc host`", "{{.HostConfig.IpcMode}}")),
        Sample.refused(
                "linked",
                List.of("--link", "godwit-e2e-other"),
                RefusalKind.LINK,
                inspects("`--link`", "{{.HostConfig.Links}}"))
            .needing(OTHER, "", "docker rm --force godwit-e2e-other"),
        Sample.refused(
                "joined",
                List.of("--network", "container:godwit-e2e-joined"),
                RefusalKind.SHARED_NAMESPACE,
                inspects("`--network container:NAME`", "{{.HostConfig.NetworkMode}}"))
            .needing(OTHER.replace("-other", "-joined"), "", "docker rm --force godwit-e2e-joined"),
        Sample.refused(
                "volumes-from",
                List.of("--volumes-from", "godwit-e2e-lender"),
                RefusalKind.VOLUMES_FROM,
                inspects("`--volumes-from`", "{{.HostConfig.VolumesFrom}}"))
            .needing(OTHER.replace("-other", "-lender"), "", "docker rm --force godwit-e2e-lender"),
        Sample.refused(
            "removed",
            List.of("--rm"),
            RefusalKind.AUTO_REMOVE,
            inspects("`--rm`", "{{.HostConfig.AutoRemove}}")));
  }
}
