# What a small container of the table of settings runs: it holds one or several things, looks again and again whether they
# are as they were, and prints a line each time. SettingsIT puts the things behind this prelude, and run() at the end.
import ctypes, errno, fcntl, mmap, os, select, signal, socket, struct, subprocess, sys, termios, threading, time

libc = ctypes.CDLL(None, use_errno=True)
things = []


def holds(name):
    """Sets a thing up; what the function returns tells later whether it is as it was."""
    def add(set_up):
        things.append((name, set_up()))
    return add


def call(result):
    """The result of a C function, or its error."""
    if result in (-1, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def same(look):
    """As it was: what can be looked at gives the same each time."""
    before = look()
    def check():
        now = look()
        assert now == before, f'{before!r} has become {now!r}'
    return check


def moving(look):
    """Goes on: what can be looked at differs after a while, and is never less than it was."""
    last = [look()]
    def check():
        before = last[0]
        for _ in range(500):
            last[0] = look()
            assert last[0] >= before, f'{before!r} went back to {last[0]!r}'
            if last[0] > before:
                return
            time.sleep(0.01)
        raise AssertionError(f'stands still at {before!r}')
    return check


def status(*keys):
    """Lines of this process's status, such as Uid."""
    with open('/proc/self/status') as file:
        return [line for line in file if line.split(':')[0] in keys]


def refused(action):
    """Whether the action fails because another one holds what it wants."""
    try:
        action()
    except OSError as e:
        return e.errno in (errno.EAGAIN, errno.EACCES)
    return False


def child(action):
    """A process of its own that does this and no more; its id."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
        finally:
            os._exit(0)
    return pid


def state(pid):
    """The state's letter, parent, group and session of a process."""
    with open(f'/proc/{pid}/stat') as file:
        return file.read().rsplit(')', 1)[1].split()[:4]


def run():
    tick = 0
    while True:
        tick += 1
        for name, check in things:
            try:
                check()
            except BaseException as e:
                print(f'LOST {name}: {type(e).__name__} {e}', flush=True)
        print('tick', tick, flush=True)
        time.sleep(0.2)
