package io.godwit.e2e;

import static io.godwit.e2e.Setting.holds;

/** Rows of {@link HeldThings}: what waits, what ticks, and what processes are to each other. */
final class HeldEvents {
  private HeldEvents() {}

  static Setting[] events() {
    return new Setting[] {
      holds(
          "epoll",
          """
          r, w = os.pipe()
          e = select.epoll()
          e.register(r, select.EPOLLIN)
          def check():
              assert e.poll(0) == []
              os.write(w, b'x')
              assert e.poll(5) == [(r, select.EPOLLIN)]
              os.read(r, 1)
          return check\
          """),
      holds(
          "eventfd",
          """
          e = os.eventfd(7, os.EFD_NONBLOCK)
          def check():
              assert os.eventfd_read(e) == 7
              os.eventfd_write(e, 7)
          return check\
          """),
      holds(
          "signalfd",
          """
          signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
          mask = struct.pack('Q', 1 << (signal.SIGUSR1 - 1))
          fd = call(libc.signalfd(-1, mask.ljust(128, b'\\0'), os.O_NONBLOCK))
          def check():
              os.kill(os.getpid(), signal.SIGUSR1)
              assert struct.unpack('I', os.read(fd, 128)[:4])[0] == signal.SIGUSR1
          return check\
          """),
      holds(
          "timerfd",
          """
          fd = call(libc.timerfd_create(time.CLOCK_MONOTONIC, 0))
          call(libc.timerfd_settime(fd, 0, struct.pack('4q', 0, 50_000_000, 0, 50_000_000), None))
          def check():
              assert struct.unpack('Q', os.read(fd, 8))[0] > 0
          return check\
          """),
      holds(
          "inotify",
          """
          os.mkdir('/dev/shm/watched')
          fd = call(libc.inotify_init1(os.O_NONBLOCK))
          call(libc.inotify_add_watch(fd, b'/dev/shm/watched', 0x100))
          def check():
              open('/dev/shm/watched/new', 'w').close()
              assert b'new' in os.read(fd, 4096)
              os.remove('/dev/shm/watched/new')
          return check\
          """),
      holds(
          "pending signals",
          """
          signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2, 40])
          def queue():
              for _ in range(3):
                  os.kill(os.getpid(), 40)
          os.kill(os.getpid(), signal.SIGUSR2)
          queue()
          def check():
              assert signal.SIGUSR2 in signal.sigpending()
              for i in range(3):
                  assert signal.sigtimedwait([40], 0), f'only {i} of 3'
              assert not signal.sigtimedwait([40], 0), 'more than 3'
              queue()
          return check\
          """),
      holds(
          "signal handlers and masks",
          """
          seen = [0]
          def handler(number, frame):
              seen[0] += 1
          signal.signal(signal.SIGHUP, handler)
          signal.signal(signal.SIGQUIT, signal.SIG_IGN)
          def look():
              os.kill(os.getpid(), signal.SIGHUP)
              os.kill(os.getpid(), signal.SIGQUIT)
              return seen[0]
          return moving(look)\
          """),
    };
  }

  static Setting[] timers() {
    return new Setting[] {
      holds(
          "POSIX timers",
          """
          rings = [0]
          def ring(number, frame):
              rings[0] += 1
          signal.signal(41, ring)
          timer = ctypes.c_void_p()
          event = struct.pack('QII', 0, 41, 0).ljust(64, b'\\0')
          call(libc.timer_create(time.CLOCK_MONOTONIC, event, ctypes.byref(timer)))
          call(libc.timer_settime(timer, 0, struct.pack('4q', 0, 50_000_000, 0, 50_000_000), None))
          return moving(lambda: rings[0])\
          """),
      holds(
          "interval timers",
          """
          rings = [0]
          def ring(number, frame):
              rings[0] += 1
          signal.signal(signal.SIGALRM, ring)
          signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
          return moving(lambda: rings[0])\
          """),
      holds(
          "a clock that goes on (CLOCK_MONOTONIC)",
          """
          return moving(lambda: time.monotonic())\
          """),
      holds(
          "a sleep that goes on",
          """
          begin = time.monotonic()
          left = [True]
          def sleep():
              while True:
                  time.sleep(0.3)
                  left[0] = time.monotonic()
          threading.Thread(target=sleep, daemon=True).start()
          return moving(lambda: left[0])\
          """),
    };
  }

  static Setting[] interProcess() {
    return new Setting[] {
      holds(
          "System V shared memory, semaphores and messages",
          """
          shm = call(libc.shmget(0x60d, 8192, 0o1600))
          libc.shmat.restype = ctypes.c_void_p
          at = call(libc.shmat(shm, None, 0))
          ctypes.memmove(at, b'shared', 6)
          sem = call(libc.semget(0x60d, 3, 0o1600))
          call(libc.semctl(sem, 1, 16, 42))
          queue = call(libc.msgget(0x60d, 0o1600))
          call(libc.msgsnd(queue, struct.pack('q', 5) + b'message', 7, 0))
          def check():
              assert ctypes.string_at(at, 6) == b'shared'
              assert libc.shmget(0x60d, 8192, 0) == shm
              assert libc.semctl(libc.semget(0x60d, 3, 0), 1, 12) == 42
              got = ctypes.create_string_buffer(64)
              assert call(libc.msgrcv(queue, got, 56, 5, 0o4000)) == 7
              assert got.raw[8:15] == b'message'
              call(libc.msgsnd(queue, struct.pack('q', 5) + b'message', 7, 0))
          return check\
          """),
      holds(
          "what is in /dev/shm",
          """
          with open('/dev/shm/note', 'w') as f:
              f.write('kept')
          with open('/dev/shm/mapped', 'wb') as f:
              f.write(bytes(4096))
          f = open('/dev/shm/mapped', 'r+b')
          m = mmap.mmap(f.fileno(), 4096)
          m[0:5] = b'birds'
          def look():
              with open('/dev/shm/note') as f, open('/dev/shm/mapped', 'rb') as g:
                  return f.read(), g.read(5), m[0:5]
          return same(look)\
          """),
    };
  }

  static Setting[] processes() {
    return new Setting[] {
      holds(
          "threads",
          """
          counts = [0, 0, 0, 0]
          def count(i):
              while True:
                  counts[i] += 1
                  time.sleep(0.01)
          for i in range(4):
              threading.Thread(target=count, args=(i,), daemon=True).start()
          def check():
              for i in range(4):
                  moving(lambda: counts[i])()
              assert len(os.listdir('/proc/self/task')) >= 5
          return check\
          """),
      holds(
          "trees of processes with sessions and groups",
          """
          def leader():
              os.setsid()
              child(lambda: (os.setpgid(0, 0), time.sleep(1e6)))
              child(lambda: time.sleep(1e6))
              time.sleep(1e6)
          one = child(leader)
          two = child(lambda: (os.setpgid(0, 0), time.sleep(1e6)))
          time.sleep(0.5)
          def look():
              with open(f'/proc/{one}/task/{one}/children') as f:
                  below = f.read().split()
              return sorted(state(p)[1:] for p in [one, two, *below])
          return same(look)\
          """),
      holds(
          "processes whose parent is gone",
          """
          r, w = os.pipe()
          def parent():
              os.write(w, b'%d' % child(lambda: time.sleep(1e6)))
          os.waitpid(child(parent), 0)
          orphan = int(os.read(r, 20))
          time.sleep(0.2)
          return same(lambda: state(orphan)[1:])\
          """),
      holds(
          "ended processes that nobody has waited for",
          """
          ended = child(lambda: None)
          time.sleep(0.2)
          return same(lambda: state(ended))\
          """),
      holds(
          "memory shared between parent and child",
          """
          between = mmap.mmap(-1, 4096)
          def count():
              while True:
                  between[0:8] = struct.pack('Q', struct.unpack('Q', between[0:8])[0] + 1)
                  time.sleep(0.01)
          child(count)
          return moving(lambda: struct.unpack('Q', between[0:8])[0])\
          """),
      holds(
          "nice values, resource limits, names, umask",
          """
          import resource
          os.nice(5)
          resource.setrlimit(resource.RLIMIT_NOFILE, (512, 600))
          os.umask(0o027)
          libc.prctl(15, b'godwit-name')
          def look():
              with open('/proc/self/comm') as f:
                  return os.nice(0), resource.getrlimit(resource.RLIMIT_NOFILE), f.read(), status('Umask')
          return same(look)\
          """),
    };
  }
}
