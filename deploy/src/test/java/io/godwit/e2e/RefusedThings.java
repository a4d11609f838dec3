package io.godwit.e2e;

import static io.godwit.e2e.Setting.holds;
import static io.godwit.e2e.Setting.inspects;

import java.util.List;

/** The table of settings, third part: what is refused, with words of the reason. */
final class RefusedThings {
  private RefusedThings() {}

  static List<Sample> samples() {
    return List.of(
        Sample.refused(
            "own-filter",
            List.of("--security-opt", "no-new-privileges"),
            "seccomp",
            holds("a seccomp filter of the program's own", """
                allow_all = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0x7fff0000))
                call(libc.prctl(22, 2, struct.pack('HxxxxxxP', 1, ctypes.addressof(allow_all)), 0, 0))
                return same(lambda: status('Seccomp_filters') and allow_all.raw)""")),
        Sample.refused(
            "traced",
            List.of(),
            "trace",
            holds("processes that are traced (strace, gdb)", """
                traced = child(lambda: (call(libc.ptrace(0, 0, 0, 0)), time.sleep(1e6)))
                time.sleep(0.3)
                return same(lambda: state(traced)[1:])""")),
        Sample.refused(
            "own-namespace",
            List.of("--cap-add", "SYS_ADMIN"),
            "namespace",
            holds("namespaces of a process's own (unshare)", """
                def apart():
                    call(libc.unshare(0x04000000))
                    time.sleep(1e6)
                other = child(apart)
                time.sleep(0.3)
                return same(lambda: os.readlink(f'/proc/{other}/ns/uts'))""")),
        Sample.refused(
            "removed", List.of("--rm"), "--rm", inspects("`--rm`", "{{.HostConfig.AutoRemove}}")));
  }
}
