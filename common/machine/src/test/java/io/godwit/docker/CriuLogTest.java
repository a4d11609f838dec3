package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriuLogTest {
  @TempDir Path folder;

  @Test
  void theLastWordTells() throws IOException {
    Path log = folder.resolve("restore.log");
    assertFalse(CriuLog.read(log).restored(), "no log");
    Files.writeString(log, "(00.1) Version: 4.1\n(00.2) Restoring FAILED.\n");
    assertFalse(CriuLog.read(log).restored());
    Files.writeString(
        log, "(00.2) Restore finished successfully. Tasks resumed.\n(00.3) Writing stats\n");
    assertTrue(CriuLog.read(log).restored());
  }

  @Test
  void errorsComeWithWhatLedToTheFirstAndWithoutTimes() {
    CriuLog log =
        new CriuLog(
            List.of(
                "(00.1) mnt: fine",
                "(00.139054) No core-1.img image",
                "(00.139056) Error (criu/protobuf.c:72): Unexpected EOF",
                "(00.2)      1: Error (criu/files-reg.c:2221): File app has bad size",
                "(00.317527) Error (criu/cr-restore.c:2331): Restoring FAILED."));
    assertEquals(
        List.of(
            "No core-1.img image",
            "Error (criu/protobuf.c:72): Unexpected EOF",
            "1: Error (criu/files-reg.c:2221): File app has bad size",
            "Error (criu/cr-restore.c:2331): Restoring FAILED."),
        log.lastErrors());
  }

  @Test
  void aLogInNoEncodingIsStillRead() throws IOException {
    Path log = folder.resolve("restore.log");
    Files.write(log, new byte[] {'a', (byte) 0xff, '\n', 'b'});
    assertEquals(2, CriuLog.read(log).lines().size());
  }
}
