package io.godwit.blob;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResumingInputStreamTest {
  private static final byte[] BYTES = "the bar-tailed godwit flies without a stop".getBytes();
  private final List<Long> asked = new ArrayList<>();

  /** A connection that breaks when so many bytes came over it. */
  private InputStream connection(long offset, int bytes, IOException end) {
    asked.add(offset);
    InputStream rest =
        new ByteArrayInputStream(BYTES, (int) offset, Math.min(bytes, BYTES.length - (int) offset));
    return new FilterInputStream(rest) {
      @Override
      public int read(byte[] buffer, int from, int length) throws IOException {
        int n = super.read(buffer, from, length);
        if (n < 0) {
          throw end;
        }
        return n;
      }
    };
  }

  @Test
  void everyByteComesOnceOverConnectionsThatBreak() throws Exception {
    IOException broken = new IOException("unexpected end of stream");
    try (InputStream in =
        new ResumingInputStream(offset -> connection(offset, 10, broken), BYTES.length)) {
      assertArrayEquals(BYTES, in.readAllBytes());
    }
    assertEquals(List.of(0L, 10L, 20L, 30L, 40L), asked);
  }

  @Test
  void connectionsThatBringNothingAreGivenUpSoon() throws Exception {
    IOException broken = new IOException("unexpected end of stream");
    try (InputStream in =
        new ResumingInputStream(
            offset -> connection(offset, offset == 0 ? 7 : 0, broken), BYTES.length)) {
      assertEquals(broken, assertThrows(IOException.class, in::readAllBytes));
    }
    assertEquals(List.of(0L, 7L, 7L, 7L), asked);
  }

  @Test
  void storeThatIsGoneMeanwhileIsTheReasonBeside() throws Exception {
    IOException broken = new IOException("unexpected end of stream");
    BlobException gone = new BlobException("is missing");
    try (InputStream in =
        new ResumingInputStream(
            offset -> {
              if (offset > 0) {
                throw gone;
              }
              return connection(offset, 7, broken);
            },
            BYTES.length)) {
      IOException thrown = assertThrows(IOException.class, in::readAllBytes);
      assertEquals(broken, thrown);
      assertEquals(List.of(gone), List.of(thrown.getSuppressed()));
    }
  }

  @Test
  void whoIsInterruptedReadsNoMore() throws Exception {
    try (InputStream in =
        new ResumingInputStream(
            offset -> connection(offset, 7, new InterruptedIOException()), BYTES.length)) {
      assertThrows(InterruptedIOException.class, in::readAllBytes);
    }
    assertEquals(List.of(0L), asked);
  }
}
