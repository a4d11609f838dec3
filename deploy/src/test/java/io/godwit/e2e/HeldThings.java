package io.godwit.e2e;

import static io.godwit.e2e.Setting.holds;

import java.util.List;
import java.util.stream.Stream;

/** The table of settings, first part: what the processes of a container hold. */
final class HeldThings {
  private HeldThings() {}

  static List<Sample> samples() {
    return List.of(
        Sample.moves("files", List.of(), files()),
        Sample.moves("pipes", List.of(), pipes()),
        Sample.moves("sockets", List.of(), sockets()),
        Sample.crosses("tcp-kept", List.of("--network", "none"), keptConnections())
            .by("--tcp", "keep"),
        Sample.moves("events", List.of(), HeldEvents.events()),
        Sample.moves("timers", List.of(), HeldEvents.timers()),
        Sample.moves("ipc", List.of(), HeldEvents.interProcess()),
        Sample.moves("processes", List.of(), HeldEvents.processes()),
        Sample.crosses("filtered", List.of(), filter()));
  }

  /**
   * All that goes together in one container, to cross to another machine. What blocks signals
   * stands before what starts threads: these inherit it.
   */
  static Sample together() {
    Setting[] settings =
        Stream.of(
                files(),
                pipes(),
                sockets(),
                HeldEvents.events(),
                HeldEvents.timers(),
                HeldEvents.interProcess(),
                HeldEvents.processes())
            .flatMap(Stream::of)
            .toArray(Setting[]::new);
    return Sample.crosses("together", List.of(), settings);
  }

  private static Setting[] files() {
    return new Setting[] {
      holds(
          "open files, their offsets and flags",
          """
          with open('/tmp/offset', 'wb') as f:
              f.write(b'0123456789')
          f = open('/tmp/offset', 'rb', buffering=0)
          f.seek(4)
          a = os.open('/tmp/appended', os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_NONBLOCK)
          return same(lambda: (f.tell(), os.pread(f.fileno(), 3, f.tell()), fcntl.fcntl(a, fcntl.F_GETFL)))\
          """),
      holds(
          "files written in the container",
          """
          os.makedirs('/var/made/deep', exist_ok=True)
          with open('/var/made/deep/file', 'w') as f:
              f.write('written')
          os.chmod('/var/made/deep/file', 0o640)
          os.symlink('deep/file', '/var/made/link')
          os.remove('/etc/issue')
          def look():
              with open('/var/made/link') as f:
                  return f.read(), os.stat('/var/made/deep/file').st_mode, os.path.exists('/etc/issue')
          return same(look)\
          """),
      holds(
          "open files that are deleted",
          """
          f = open('/tmp/deleted', 'w+b', buffering=0)
          f.write(b'still here')
          # More than CRIU takes unless it is told otherwise, and a hole.
          f.seek(4 << 20)
          f.write(b'full' * (1 << 20))
          os.unlink('/tmp/deleted')
          return same(lambda: (hash(os.pread(f.fileno(), 9 << 20, 0)), os.path.exists('/tmp/deleted')))\
          """),
      holds(
          "flock",
          """
          f = open('/tmp/flock', 'w')
          fcntl.flock(f, fcntl.LOCK_EX)
          def check():
              with open('/tmp/flock') as other:
                  assert not f.closed and refused(lambda: fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB))
          return check\
          """),
      holds(
          "POSIX locks",
          """
          f = open('/tmp/posix', 'w')
          fcntl.lockf(f, fcntl.LOCK_EX, 10, 5)
          def other():
              with open('/tmp/posix', 'r+') as g:
                  os._exit(0 if refused(lambda: fcntl.lockf(g, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 5)) else 1)
          def check():
              assert not f.closed and os.waitpid(child(other), 0)[1] == 0
          return check\
          """),
      holds(
          "mapped files and shared memory of processes",
          """
          with open('/tmp/mapped', 'wb') as f:
              f.write(bytes(8192))
          f = open('/tmp/mapped', 'r+b')
          m = mmap.mmap(f.fileno(), 8192)
          m[4096:4101] = b'birds'
          between = mmap.mmap(-1, 4096)
          between[0:4] = b'kept'
          def look():
              with open('/tmp/mapped', 'rb') as g:
                  g.seek(4096)
                  return m[4096:4101], g.read(5), between[0:4]
          return same(look)\
          """),
      holds(
          "address space that is only reserved, more than there is memory",
          """
          libc.mmap.restype = ctypes.c_void_p
          # As MariaDB's server does: 8 TiB that cannot be written to.
          at = libc.mmap(None, ctypes.c_size_t(1 << 43), 0, 0x22, -1, ctypes.c_long(0))
          assert at != ctypes.c_void_p(-1).value, os.strerror(ctypes.get_errno())
          def check():
              page = ctypes.c_void_p(at + (1 << 42))
              call(libc.mprotect(page, 4096, 3))
              ctypes.memset(page, 7, 4096)
              call(libc.mprotect(page, 4096, 0))
          return check\
          """),
      holds(
          "memfd",
          """
          fd = os.memfd_create('notes')
          os.write(fd, b'in memory')
          return same(lambda: (os.pread(fd, 20, 0), os.lseek(fd, 0, os.SEEK_CUR)))\
          """),
    };
  }

  private static Setting[] pipes() {
    return new Setting[] {
      holds(
          "pipes with what is in them",
          """
          r, w = os.pipe()
          fcntl.fcntl(w, 1031, 1 << 17)
          content = bytes(range(256)) * 300
          os.write(w, content)
          def check():
              assert fcntl.fcntl(w, 1032) == 1 << 17, 'its size'
              got = os.read(r, 1 << 20)
              assert got == content, f'{len(got)} bytes'
              os.write(w, got)
          return check\
          """),
      holds(
          "FIFOs with what is in them",
          """
          os.mkfifo('/tmp/fifo')
          fd = os.open('/tmp/fifo', os.O_RDWR)
          os.write(fd, b'in the fifo')
          def check():
              got = os.read(fd, 100)
              assert got == b'in the fifo', got
              os.write(fd, got)
          return check\
          """),
      holds(
          "a shell's pipeline of processes",
          """
          p = subprocess.Popen(['/bin/bash', '-c', 'i=0; while :; do echo $((++i)); sleep 0.05; done | cat | sed -u s/^/n/'],
                               stdout=subprocess.PIPE, bufsize=0)
          lines = p.stdout
          count = [0]
          def look():
              line = lines.readline()
              count[0] += 1
              assert line == b'n%d\\n' % count[0], f'{line} instead of {count[0]}'
              return count[0]
          return moving(look)\
          """),
    };
  }

  private static Setting[] sockets() {
    return new Setting[] {
      holds(
          "socket pairs with what is in them",
          """
          a, b = socket.socketpair()
          c, d = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
          a.send(b'stream')
          c.send(b'one'), c.send(b'two')
          def check():
              assert b.recv(100) == b'stream'
              assert (d.recv(100), d.recv(100)) == (b'one', b'two')
              a.send(b'stream')
              c.send(b'one'), c.send(b'two')
          return check\
          """),
      holds(
          "unix sockets: listening, connected",
          """
          s = socket.socket(socket.AF_UNIX)
          s.bind('/tmp/listening')
          s.listen(5)
          c = socket.socket(socket.AF_UNIX)
          c.connect('/tmp/listening')
          a, _ = s.accept()
          c.send(b'queued')
          def check():
              assert a.recv(100) == b'queued'
              c.send(b'queued')
              with socket.socket(socket.AF_UNIX) as another:
                  another.connect('/tmp/listening')
                  s.accept()[0].close()
          return check\
          """),
      holds(
          "UDP sockets",
          """
          s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          s.bind(('127.0.0.1', 5353))
          c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          c.connect(('127.0.0.1', 5353))
          s.settimeout(5)
          def check():
              c.send(b'datagram')
              assert s.recv(100) == b'datagram'
          return check\
          """),
      holds(
          "TCP sockets that listen",
          """
          s = socket.create_server(('0.0.0.0', 8080))
          def check():
              with socket.create_connection(('127.0.0.1', 8080), 5) as c:
                  a, _ = s.accept()
                  a.send(b'hello')
                  assert c.recv(10) == b'hello'
                  a.close()
          return check\
          """),
      holds(
          "TCP connections that nobody has accepted yet",
          """
          s = socket.create_server(('127.0.0.1', 8082), backlog=5)
          s.settimeout(5)
          waits = [socket.create_connection(('127.0.0.1', 8082), 5)]
          def check():
              # Who comes is served, and who waited was served before, or sees the end.
              with socket.create_connection(('127.0.0.1', 8082), 5) as new:
                  peer = None
                  while peer != new.getsockname():
                      a, peer = s.accept()
                      a.close()
              try:
                  assert waits[0].recv(1) == b''
              except TimeoutError:
                  raise
              except OSError:
                  pass
              waits[0].close()
              waits[:] = [socket.create_connection(('127.0.0.1', 8082), 5)]
          return check\
          """),
      holds(
          "TCP connections: both ends see them closed",
          """
          s = socket.create_server(('127.0.0.1', 8081))
          ends = []
          def connect():
              c = socket.create_connection(('127.0.0.1', 8081), 5)
              ends[:] = [c, s.accept()[0]]
          connect()
          def check():
              try:
                  ends[0].send(b'x')
                  got = ends[1].recv(1)
              except OSError:
                  got = b''
              if not got:
                  print('closed', flush=True)
                  connect()
          return check\
          """),
    };
  }

  private static Setting[] filter() {
    return new Setting[] {
      holds(
          "a seccomp filter of the program's own",
          """
          # Forbids sethostname (170 on x86_64) with the error 77, and allows the rest.
          code = ((0x20, 0, 0, 0), (0x15, 0, 1, 170), (6, 0, 0, 0x5004d), (6, 0, 0, 0x7fff0000))
          filter = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *c) for c in code))
          call(libc.prctl(38, 1, 0, 0, 0))
          call(libc.prctl(22, 2, struct.pack('HxxxxxxP', len(code), ctypes.addressof(filter)), 0, 0))
          def look():
              assert libc.sethostname(b'x', 1) == -1 and ctypes.get_errno() == 77, ctypes.get_errno()
              return status('Seccomp', 'Seccomp_filters', 'NoNewPrivs'), len(filter)
          return same(look)\
          """),
    };
  }

  private static Setting[] keptConnections() {
    return new Setting[] {
      holds(
          "TCP connections within the container, with `--tcp keep`",
          """
          s = socket.create_server(('127.0.0.1', 8081))
          c = socket.create_connection(('127.0.0.1', 8081), 5)
          a, _ = s.accept()
          a.settimeout(5)
          c.send(b'queued')
          def check():
              assert a.recv(6) == b'queued'
              c.send(b'queued')
          return check\
          """),
    };
  }
}
