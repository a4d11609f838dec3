package io.godwit.e2e;

import static io.godwit.e2e.Setting.asks;
import static io.godwit.e2e.Setting.holds;
import static io.godwit.e2e.Setting.inspects;

import java.util.List;

/** The table of settings, second part: the options of {@code docker run}. */
final class DockerOptions {
  private static final String HOLDS_SCRATCH =
      """
      with open('/scratch/note', 'w') as f:
          f.write('kept')
      f = open('/scratch/open', 'w+b', buffering=0)
      f.write(b'birds')
      def look():
          with open('/scratch/note') as g:
              return g.read(), os.pread(f.fileno(), 5, 0), os.statvfs('/scratch').f_blocks
      return same(look)\
      """;

  private DockerOptions() {}

  static List<Sample> samples() {
    return List.of(
        Sample.crosses(
            "names",
            List.of(
                "--hostname",
                "godwit",
                "--add-host",
                "nest:10.1.2.3",
                "--dns",
                "10.9.9.9",
                "--env",
                "BIRD=bar-tailed godwit",
                "--label",
                "bird=bar-tailed",
                "--workdir",
                "/var/tmp",
                "--stop-signal",
                "SIGINT",
                "--restart",
                "on-failure:3",
                "--health-cmd",
                "true",
                "--health-interval",
                "2s",
                "--log-opt",
                "max-size=1m",
                "--log-opt",
                "max-file=3",
                "--interactive",
                "--tty"),
            holds("`--hostname`", "return same(socket.gethostname)")
                .andAsks("cat /etc/hostname")
                .andInspects("{{.Config.Hostname}}"),
            asks("`--add-host`", "grep nest /etc/hosts"),
            asks("`--dns`", "grep ^nameserver /etc/resolv.conf"),
            holds("`--env`", "return same(lambda: os.environ['BIRD'])")
                .andAsks("echo $BIRD")
                .andInspects("{{.Config.Env}}"),
            inspects("`--label`", "{{index .Config.Labels \"bird\"}}"),
            holds("`--workdir`", "return same(os.getcwd)").andInspects("{{.Config.WorkingDir}}"),
            inspects("`--stop-signal`", "{{.Config.StopSignal}}"),
            inspects("`--restart`", "{{json .HostConfig.RestartPolicy}}"),
            inspects(
                "`--health-cmd`",
                "{{json .Config.Healthcheck}}",
                "{{if eq .State.Health.Status \"unhealthy\"}}ill{{else}}well{{end}}"),
            inspects("the log (json-file) and its options", "{{json .HostConfig.LogConfig}}"),
            holds(
                "`--interactive --tty`",
                "return same(lambda: (os.isatty(0), termios.tcgetattr(0)))")),
        Sample.crosses(
            "limits",
            List.of(
                "--memory",
                "96m",
                "--cpus",
                "0.5",
                "--pids-limit",
                "100",
                "--ulimit",
                "nofile=500:600",
                "--shm-size",
                "32m",
                "--oom-score-adj",
                "100",
                "--tty"),
            asks(
                    "`--memory`",
                    "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; true")
                .andInspects("{{.HostConfig.Memory}}"),
            asks(
                    "`--cpus`",
                    "cat /sys/fs/cgroup/cpu.max 2>/dev/null || echo $(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us)")
                .andInspects("{{.HostConfig.NanoCpus}}"),
            asks(
                    "`--pids-limit`",
                    "cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null; true")
                .andInspects("{{.HostConfig.PidsLimit}}"),
            holds(
                    "`--ulimit`",
                    "import resource\nreturn same(lambda: resource.getrlimit(resource.RLIMIT_NOFILE))")
                .andInspects("{{.HostConfig.Ulimits}}"),
            holds("`--shm-size`", "return same(lambda: os.statvfs('/dev/shm').f_blocks)"),
            asks("`--oom-score-adj`", "cat /proc/1/oom_score_adj"),
            holds("`--tty`", "return same(lambda: (os.isatty(0), os.isatty(1), os.ttyname(1)))")),
        Sample.crosses(
            "confined",
            List.of(
                "--cap-drop",
                "ALL",
                "--security-opt",
                "no-new-privileges",
                "--read-only",
                "--tmpfs",
                "/scratch:size=8m,mode=1777",
                "--network",
                "none"),
            holds(
                    "`--cap-drop ALL`",
                    "return same(lambda: status('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'))")
                .andAsks("grep Cap /proc/self/status"),
            holds(
                "`--security-opt no-new-privileges`", "return same(lambda: status('NoNewPrivs'))"),
            holds(
                "Docker's seccomp filter",
                "return same(lambda: status('Seccomp', 'Seccomp_filters'))"),
            holds(
                    "`--read-only`",
                    """
                    def check():
                        try:
                            open('/new', 'w')
                        except OSError as e:
                            assert e.errno == errno.EROFS
                        else:
                            raise AssertionError('written')
                    return check\
                    """)
                .andAsks("touch /new 2>&1"),
            holds("`--tmpfs`, with what is in it", HOLDS_SCRATCH),
            asks("`--network none`", "ls /sys/class/net")),
        Sample.crosses(
                "volumes",
                List.of(
                    "--volume",
                    "godwit-e2e-named:/named",
                    "--volume",
                    "/anonymous",
                    "--volume",
                    "/tmp/godwit-e2e-bound:/bound",
                    "--volume",
                    "/tmp/godwit-e2e-bound-ro:/bound-ro:ro"),
                holds("named volumes", filesIn("/named")).andAsks("cat /named/note"),
                holds("anonymous volumes", filesIn("/anonymous")).andAsks("cat /anonymous/note"),
                holds("bind mounts", filesIn("/bound")).andAsks("cat /bound/note"),
                holds(
                    "bind mounts, `:ro`",
                    """
                    f = open('/bound-ro/note')
                    f.read(2)
                    def look():
                        with open('/bound-ro/note') as g:
                            return g.read(), f.tell(), os.access('/bound-ro', os.W_OK)
                    return same(look)\
                    """))
            .needing(
                "mkdir -p /tmp/godwit-e2e-bound /tmp/godwit-e2e-bound-ro && echo kept >/tmp/godwit-e2e-bound-ro/note",
                "",
                "docker volume rm godwit-e2e-named; rm -rf /tmp/godwit-e2e-bound /tmp/godwit-e2e-bound-ro"),
        Sample.crosses(
            "init",
            List.of("--init", "--network", "host", "--ipc", "shareable", "--interactive"),
            holds("`--init`", "return same(lambda: (os.getpid(), state(os.getpid())))")
                .andAsks("cat /proc/1/comm"),
            inspects("`--network host`", "{{.HostConfig.NetworkMode}}"),
            holds("`--interactive`", "return same(lambda: select.select([0], [], [], 0))"),
            holds(
                "`--ipc shareable`, with what is in /dev/shm",
                """
                with open('/dev/shm/note', 'w') as f:
                    f.write('kept')
                f = open('/dev/shm/open', 'w+b', buffering=0)
                f.write(b'birds')
                m = mmap.mmap(f.fileno(), 5)
                def look():
                    with open('/dev/shm/note') as g:
                        return g.read(), os.pread(f.fileno(), 5, 0), m[0:5]
                return same(look)\
                """)),
        Sample.crosses(
                "meshed",
                List.of("--network", "godwit-e2e-net", "--network-alias", "bird"),
                holds(
                    "`--network NAME` with `--network-alias`",
                    """
                    s = socket.create_server(('0.0.0.0', 8080))
                    def check():
                        with socket.create_connection(('bird', 8080), 5):
                            s.accept()[0].close()
                    return check\
                    """))
            .needing(
                "docker network create godwit-e2e-net",
                "docker network inspect godwit-e2e-net || docker network create godwit-e2e-net",
                "docker network rm godwit-e2e-net"),
        Sample.moves(
                "user",
                List.of("--user", "1000:1000", "--group-add", "4242"),
                holds(
                    "`--user`, `--group-add`",
                    "return same(lambda: (os.getresuid(), os.getresgid(), os.getgroups()))"))
            .needingAllCapabilities(),
        Sample.moves(
                "privileged",
                List.of("--privileged"),
                holds(
                    "`--privileged`", "return same(lambda: status('CapEff', 'CapBnd', 'Seccomp'))"))
            .needingAllCapabilities());
  }

  private static String filesIn(String folder) {
    return """
    with open('%1$s/note', 'w') as f:
        f.write('kept')
    os.makedirs('%1$s/deep/er', exist_ok=True)
    os.chmod('%1$s/deep/er', 0o711)
    f = open('%1$s/grows', 'a+b', buffering=0)
    def check():
        f.write(b'x')
        size = os.stat('%1$s/grows').st_size
        check.size = getattr(check, 'size', size - 1) + 1
        assert size == check.size, f'{size} instead of {check.size}'
        with open('%1$s/note') as g:
            assert g.read() == 'kept'
        assert os.stat('%1$s/deep/er').st_mode & 0o777 == 0o711
    return check\
    """
        .formatted(folder);
  }
}
