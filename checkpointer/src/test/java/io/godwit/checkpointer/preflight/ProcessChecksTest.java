package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.docker.Container;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ProcessChecksTest {
  private static final String INSPECT =
      """
      {"Id": "c1", "Name": "/app", "State": {"Status": "running", "Pid": 7}, "HostConfig": {%s},
       "Config": {"Healthcheck": {"Test": ["CMD-SHELL", "curl localhost"]}}}
      """;

  @TempDir private Path proc;

  @BeforeEach
  void firstProcess() throws IOException {
    process(7, 1);
    Files.createDirectory(proc.resolve("self"));
    capabilities("000001ffffffffff");
  }

  @Test
  void nothingIsWrongWithAPlainTree() throws IOException {
    process(8, 7);
    process(9, 8);
    assertTrue(reasons(7, 8, 9).isEmpty());
  }

  @Test
  void namespaceOfItsOwnIsRefusedByItsType() throws IOException {
    process(8, 7);
    Files.delete(proc.resolve("8/ns/net"));
    Files.createSymbolicLink(proc.resolve("8/ns/net"), Path.of("net:[99]"));
    assertOne(RefusalKind.OWN_NAMESPACE, "a namespace of its own (net)", reasons(7, 8));
  }

  @Test
  void processThatIsAboutToEndIsNoObstacle() throws IOException {
    process(8, 7);
    Files.delete(proc.resolve("8/exe"));
    assertTrue(reasons(7, 8).isEmpty());
  }

  @Test
  void tracedProcessIsRefusedWithItsTracer() throws IOException {
    status(7, "TracerPid:\t4711");
    assertOne(RefusalKind.TRACED, "traced by process 4711", reasons(7));
  }

  @Test
  void stoppedProcessIsRefusedWithTheCommandThatLetsItGoOn() throws IOException {
    status(7, "State:\tS (sleeping)");
    assertTrue(reasons(7).isEmpty());
    status(7, "State:\tT (stopped)");
    assertOne(RefusalKind.STOPPED, "Let it go on with: kill -CONT 7", reasons(7));
  }

  @Test
  void memoryUnderProtectionKeysIsRefused() throws IOException {
    Files.writeString(proc.resolve("7/smaps"), "Rss: 4 kB\nProtectionKey:         0\n");
    assertTrue(reasons(7).isEmpty());
    Files.writeString(proc.resolve("7/smaps"), "Rss: 4 kB\nProtectionKey:         12\n");
    assertOne(RefusalKind.PROTECTION_KEYS, "protection keys", reasons(7));
  }

  @Test
  void anotherUsersProcessNeedsTheHostsRightToAskForItsLimits() throws IOException {
    status(7, "Uid:\t0\t1000\t0\t0");
    assertTrue(reasons(7).isEmpty());
    capabilities("000001fffeffffff");
    assertOne(RefusalKind.CAPABILITY, "CAP_SYS_RESOURCE", reasons(7));
  }

  @ParameterizedTest
  @CsvSource({
    "anon_inode:[io_uring],DESCRIPTOR,an io_uring",
    "anon_inode:[userfaultfd],DESCRIPTOR,a userfaultfd",
    "anon_inode:seccomp notify,DESCRIPTOR,notifications",
    "anon_inode:[fscontext],DESCRIPTOR,anon_inode:[fscontext]",
    "/dev/fuse,DEVICE_FILE,the device /dev/fuse",
    "/dev/dri/card0,DEVICE_FILE,the device /dev/dri/card0"
  })
  void whatCriuCannotDumpIsNamed(String target, RefusalKind kind, String words) throws IOException {
    open(7, 5, target);
    assertOne(kind, words, reasons(7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/dev/null",
        "/dev/pts/0",
        "/dev/shm/x",
        "anon_inode:[eventpoll]",
        "anon_inode:inotify",
        "anon_inode:[pidfd]",
        "socket:[1]",
        "pipe:[2]",
        "/data/file (deleted)"
      })
  void whatMovesIsLetThrough(String target) throws IOException {
    open(7, 5, target);
    assertTrue(reasons(7).isEmpty());
  }

  @Test
  void processOfDockerExecIsRefusedSinceItIsNotInTheDump() throws IOException {
    process(8, 1);
    assertOne(RefusalKind.DOCKER_EXEC, "Process 8 (/program) came by docker exec", reasons(7, 8));
  }

  @Test
  void healthCheckIsLetThroughSinceItComesAgain() throws IOException {
    process(8, 1);
    Files.writeString(proc.resolve("8/cmdline"), "/bin/sh\0-c\0curl localhost\0");
    process(9, 8);
    process(10, 1);
    Files.writeString(proc.resolve("10/cmdline"), "runc\0init\0");
    assertTrue(reasons(7, 8, 9, 10).isEmpty());
  }

  @Test
  void messageQueuesAreRefusedByName() throws IOException {
    Files.createDirectories(proc.resolve("7/root/dev/mqueue"));
    Files.createFile(proc.resolve("7/root/dev/mqueue/jobs"));
    assertOne(RefusalKind.MESSAGE_QUEUE, "POSIX message queues (/jobs)", reasons(7));
  }

  @Test
  void everyReasonOfEveryProcessIsNamed() throws IOException {
    process(8, 1);
    status(8, "TracerPid:\t5");
    open(7, 3, "/dev/fuse");
    assertEquals(3, reasons(7, 8).size());
  }

  @Test
  void processThatEndsMeanwhileIsNoObstacle() throws IOException {
    assertTrue(reasons(7, 66).isEmpty());
  }

  private void process(long pid, long parent) throws IOException {
    Path folder = Files.createDirectories(proc.resolve(Long.toString(pid)));
    Files.writeString(
        folder.resolve("stat"),
        "%d (a program) S %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0"
            .formatted(pid, parent, pid * 10));
    Files.writeString(folder.resolve("cmdline"), "/program\0");
    Files.createFile(folder.resolve("smaps"));
    status(pid, "Uid:\t0\t0\t0\t0");
    Files.createDirectory(folder.resolve("fd"));
    Files.createDirectory(folder.resolve("root"));
    Files.createSymbolicLink(folder.resolve("exe"), Path.of("/program"));
    Files.createDirectory(folder.resolve("ns"));
    for (String type : List.of("net", "mnt", "pid")) {
      Files.createSymbolicLink(folder.resolve("ns").resolve(type), Path.of(type + ":[1]"));
    }
    Files.createSymbolicLink(folder.resolve("ns/pid_for_children"), Path.of("pid:[2]"));
  }

  private void status(long pid, String line) throws IOException {
    Files.writeString(
        proc.resolve(Long.toString(pid)).resolve("status"), "Name:\ta program\n" + line + "\n");
  }

  private void capabilities(String effective) throws IOException {
    Files.writeString(proc.resolve("self/status"), "CapEff:\t" + effective + "\n");
  }

  private void open(long pid, int descriptor, String target) throws IOException {
    Files.createSymbolicLink(proc.resolve(pid + "/fd/" + descriptor), Path.of(target));
  }

  private List<Refusal> reasons(long... pids) throws IOException {
    return reasons("", pids);
  }

  private List<Refusal> reasons(String hostConfig, long... pids) throws IOException {
    List<HostProcess> all = new ArrayList<>();
    for (long pid : pids) {
      all.add(new HostProcess(pid, pid * 10));
    }
    List<Refusal> refusals = new ArrayList<>();
    new ProcessChecks(new ProcFs(proc))
        .check(Container.parse(INSPECT.formatted(hostConfig)), all, refusals);
    return refusals;
  }

  private static void assertOne(RefusalKind kind, String part, List<Refusal> refusals) {
    assertEquals(1, refusals.size(), refusals::toString);
    assertEquals(kind, refusals.getFirst().kind());
    assertTrue(refusals.getFirst().words().contains(part), refusals.getFirst().words());
  }
}
