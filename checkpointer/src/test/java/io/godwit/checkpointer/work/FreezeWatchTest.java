package io.godwit.checkpointer.work;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.checkpointer.source.CgroupFreezer;
import io.godwit.checkpointer.source.ProcFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FreezeWatchTest {
  private static final String ID = "c".repeat(64);

  @TempDir private Path folder;
  private Path v1;
  private Path v2;

  @BeforeEach
  void frozenCgroup() throws IOException {
    v1 = Files.createDirectories(folder.resolve("cgroup/freezer/docker/" + ID));
    v2 = Files.createDirectories(folder.resolve("cgroup/docker/" + ID));
    process(8, "/program\0");
  }

  @Test
  void execThatIsFrozenWithTheContainerIsLetRunOnBothCgroupVersions() throws Exception {
    Files.writeString(v1.resolve("freezer.state"), "FROZEN");
    Files.writeString(v2.resolve("cgroup.freeze"), "1");
    process(9, "runc\0init\0");
    try (var watching = watch(new CountDownLatch(100)).over(ID)) {
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> Files.readString(v1.resolve("freezer.state")).equals("THAWED"));
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> Files.readString(v2.resolve("cgroup.freeze")).equals("0"));
    }
  }

  @Test
  void dumpUnderWayIsLeftAlone() throws Exception {
    Files.writeString(v1.resolve("freezer.state"), "FROZEN");
    process(9, "runc\0init\0");
    process(10, "runc\0checkpoint\0" + ID + "\0");
    CountDownLatch glances = new CountDownLatch(10);
    try (var watching = watch(glances).over(ID)) {
      glances.await();
    }
    assertEquals("FROZEN", Files.readString(v1.resolve("freezer.state")));
  }

  @Test
  void containerWithoutAnExecIsLeftAlone() throws Exception {
    Files.writeString(v1.resolve("freezer.state"), "FROZEN");
    CountDownLatch glances = new CountDownLatch(10);
    try (var watching = watch(glances).over(ID)) {
      glances.await();
    }
    assertEquals("FROZEN", Files.readString(v1.resolve("freezer.state")));
  }

  private FreezeWatch watch(CountDownLatch glances) {
    ProcFs proc = new ProcFs(folder.resolve("proc"));
    return new FreezeWatch(
        proc,
        new CgroupFreezer(proc, folder.resolve("cgroup")),
        time -> {
          Thread.sleep(1);
          glances.countDown();
        });
  }

  private void process(long pid, String arguments) throws IOException {
    Path process = Files.createDirectories(folder.resolve("proc").resolve(Long.toString(pid)));
    Files.writeString(process.resolve("cmdline"), arguments);
    Files.writeString(
        process.resolve("cgroup"), "6:freezer:/docker/%1$s\n0::/docker/%1$s\n".formatted(ID));
    Files.writeString(process.resolve("stat"), pid + " (a program) D" + " 1".repeat(40));
  }
}
