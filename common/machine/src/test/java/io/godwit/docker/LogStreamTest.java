package io.godwit.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LogStreamTest {
  @Test
  void joinsFramesOfBothStreams() throws IOException {
    assertEquals("out\nerr\n", text("\1\0\0\0\0\0\0\4out\n\2\0\0\0\0\0\0\4err\n", false));
  }

  @Test
  void takesATerminalsStreamAsItIs() throws IOException {
    assertEquals("plain\n", text("plain\n", true));
  }

  @Test
  void saysWhereAFrameIsCutOff() {
    EOFException cut =
        assertThrows(EOFException.class, () -> text("\1\0\0\0\0\0\0\2ok\1\0\0\0\0\0\0\4ou", false));
    assertEquals("log stream: offset 10: 2 bytes of a frame, expected 4", cut.getMessage());
    assertThrows(EOFException.class, () -> text("\1\0\0", false));
  }

  private static String text(String stream, boolean tty) throws IOException {
    return LogStream.text(
        new ByteArrayInputStream(stream.getBytes(StandardCharsets.ISO_8859_1)), tty);
  }
}
