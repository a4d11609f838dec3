package io.godwit.checkpointer.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** This process watches by the JDK's watch service, which is inotify's. */
final class InotifyWatchesTest {
  private final ProcFs proc = new ProcFs(Path.of("/proc"));
  private final InotifyWatches watches = new InotifyWatches(proc, CommandRunner.ofProcesses());

  @TempDir private Path folder;

  @Test
  void findsWhatIsWatchedByItsInode() throws IOException {
    try (WatchService service = FileSystems.getDefault().newWatchService()) {
      folder.register(service, StandardWatchEventKinds.ENTRY_CREATE);
      InotifyWatches.Found found = watches.find(List.of(self()));
      assertTrue(found.folders().contains(folder.toRealPath().toString()), found::toString);
    }
  }

  @Test
  void whatWasDeletedHasNoName() throws IOException {
    try (WatchService service = FileSystems.getDefault().newWatchService()) {
      // An open descriptor keeps the watch of a deleted folder.
      Path gone = Files.createDirectory(folder.resolve("gone"));
      gone.register(service, StandardWatchEventKinds.ENTRY_CREATE);
      int before = watches.find(List.of(self())).nameless();
      try (var held = Files.newDirectoryStream(gone)) {
        Files.delete(gone);
        assertEquals(before + 1, watches.find(List.of(self())).nameless());
      }
    }
  }

  @Test
  void nothingIsSearchedWhereNothingIsWatched() throws IOException {
    InotifyWatches noSearch =
        new InotifyWatches(
            proc,
            (command, atMost) -> {
              throw new IOException("searched");
            });
    assertEquals(List.of(), noSearch.find(List.of()).folders());
  }

  private HostProcess self() throws IOException {
    return proc.find(ProcessHandle.current().pid()).orElseThrow();
  }
}
