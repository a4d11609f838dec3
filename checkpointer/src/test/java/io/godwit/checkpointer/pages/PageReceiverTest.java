package io.godwit.checkpointer.pages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.PagemapEntry;
import io.godwit.pages.Layers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CRIU's page server protocol, and what of the pages is written. */
final class PageReceiverTest {
  /** Its socket is out of reach, as in a machine that does not let one process trace another. */
  private static final Optional<Callers.Caller> DUMP =
      Optional.of(new Callers.Caller(ProcessHandle.current().pid(), -1));

  private static final int PAGE = 4096;
  private static final int PRESENT = PagemapEntry.PE_PRESENT;
  private static final long PROCESS_1 = 1 << 8 | 1;
  private static final long SEGMENT_5 = 5 << 8 | 2;

  @TempDir private Path folder;

  private Path images() {
    return folder.resolve("images");
  }

  private Path ahead() {
    return folder.resolve("ahead");
  }

  @BeforeEach
  void folders() throws IOException {
    Files.createDirectory(images());
    Files.createDirectory(ahead());
  }

  /** A stream of commands and pages. */
  private static final class Stream {
    private final PageCommand.Form form;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Stream(PageCommand.Form form) {
      this.form = form;
    }

    Stream command(int command, int flags, long pages, long address, long image) {
      ByteBuffer buffer = ByteBuffer.allocate(form.bytes()).order(ByteOrder.LITTLE_ENDIAN);
      buffer.putInt(flags << 16 | command);
      if (form == PageCommand.Form.LONG) {
        buffer.putInt(0).putLong(pages);
      } else {
        buffer.putInt((int) pages);
      }
      bytes.writeBytes(buffer.putLong(address).putLong(image).array());
      return this;
    }

    Stream open(long image) {
      return command(4, 0, 0, 0, image);
    }

    Stream add(long address, long image, byte[]... pages) {
      command(6, PRESENT, pages.length, address, image);
      for (byte[] page : pages) {
        bytes.writeBytes(page);
      }
      return this;
    }

    Stream close() {
      return command(0x1023, 0, 0, 0, 0);
    }

    byte[] toBytes() {
      return bytes.toByteArray();
    }
  }

  private byte[] serve(byte[] stream) throws IOException {
    ByteArrayOutputStream answers = new ByteArrayOutputStream();
    try (PageReceiver receiver = PageReceiver.listen(images(), ahead(), PAGE, (_, _) -> DUMP)) {
      receiver.serve(
          Channels.newChannel(new ByteArrayInputStream(stream)),
          Channels.newChannel(answers),
          () -> {});
    }
    return answers.toByteArray();
  }

  private String refusal(Stream stream) {
    return assertThrows(IOException.class, () -> again(stream.toBytes())).getMessage();
  }

  private static Stream longForm() {
    return new Stream(PageCommand.Form.LONG);
  }

  private static byte[] page(int content) {
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) content);
    return page;
  }

  @ParameterizedTest
  @EnumSource(PageCommand.Form.class)
  void pagesOfBothFormsAreWrittenAsCriuWould(PageCommand.Form form) throws IOException {
    byte[] answers =
        serve(
            new Stream(form)
                .command(5, 0, 0, 0, PROCESS_1)
                .open(PROCESS_1)
                .add(0x10000, PROCESS_1, page(1), page(2))
                .add(0x12000, PROCESS_1, page(3))
                .open(SEGMENT_5)
                .add(0, SEGMENT_5, page(4))
                .close()
                .toBytes());

    assertArrayEquals(new byte[4 + 1 + 1 + 4], answers);
    assertEquals(
        List.of(Layers.entry(0x10000, 3, PRESENT)), entries(ImageName.of(ImageKind.PAGEMAP, 1)));
    assertEquals(
        List.of(Layers.entry(0, 1, PRESENT)), entries(ImageName.of(ImageKind.PAGEMAP_SHMEM, 5)));
    assertArrayEquals(joined(1, 2, 3), Files.readAllBytes(images().resolve("pages-65537.img")));
    assertArrayEquals(joined(4), Files.readAllBytes(images().resolve("pages-65538.img")));
    assertFalse(Files.exists(images().resolve("parent"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void pagesThatWentAheadAreReferredTo() throws IOException {
    byte[][] before = new byte[40][];
    Arrays.setAll(before, PageReceiverTest::page);
    lower(0x10000, before);
    byte[][] now = before.clone();
    now[20] = page(99);

    serve(longForm().open(PROCESS_1).add(0x10000, PROCESS_1, now).close().toBytes());

    assertEquals(
        List.of(
            Layers.entry(0x10000, 20, PagemapEntry.PE_PARENT),
            Layers.entry(0x24000, 1, PRESENT),
            Layers.entry(0x25000, 19, PagemapEntry.PE_PARENT)),
        entries(ImageName.of(ImageKind.PAGEMAP, 1)));
    assertArrayEquals(page(99), Files.readAllBytes(images().resolve("pages-65537.img")));
    assertEquals(Path.of("../ahead"), Files.readSymbolicLink(images().resolve("parent")));
  }

  @Test
  void fewEqualPagesBetweenOthersAreNotWorthAReference() throws IOException {
    lower(0x10000, page(1), page(2), page(3));

    serve(
        longForm()
            .open(PROCESS_1)
            .add(0x10000, PROCESS_1, page(7), page(2), page(8))
            .close()
            .toBytes());

    assertEquals(
        List.of(Layers.entry(0x10000, 3, PRESENT)), entries(ImageName.of(ImageKind.PAGEMAP, 1)));
  }

  @Test
  void streamThatEndsAnywhereIsRefusedAndNothingIsSaidToBeWritten() {
    byte[] whole = longForm().open(PROCESS_1).add(0x10000, PROCESS_1, page(1)).close().toBytes();
    for (int length = 0; length < whole.length; length += 31) {
      byte[] part = Arrays.copyOf(whole, length);
      IOException e = assertThrows(IOException.class, () -> again(part));
      assertTrue(e.getMessage().startsWith("the page stream ends in"), e.getMessage());
      assertFalse(Files.exists(images().resolve("pagemap-1.img")));
    }
  }

  @ParameterizedTest
  @EnumSource(PageCommand.Form.class)
  void dumpThatFailsBeforeItsFirstPageIsAnsweredAtOnce(PageCommand.Form form) throws Exception {
    try (PageReceiver receiver = receiver((_, _) -> DUMP);
        SocketChannel criu = call(receiver)) {
      criu.write(ByteBuffer.wrap(new Stream(form).close().toBytes()));
      assertEquals(0, answer(criu));
    }
    assertTrue(PageReceiver.isCutOff(images()));
  }

  @Test
  void whoIsNotTheDumpIsTurnedAwayAndTheDumpIsTaken() throws Exception {
    Set<SocketAddress> known = ConcurrentHashMap.newKeySet();
    try (PageReceiver receiver = receiver((caller, _) -> DUMP.filter(_ -> known.contains(caller)));
        SocketChannel stranger = call(receiver);
        SocketChannel criu = SocketChannel.open(StandardProtocolFamily.INET)) {
      assertEquals(-1, stranger.read(ByteBuffer.allocate(1)));
      criu.bind(new InetSocketAddress("127.0.0.1", 0));
      known.add(criu.getLocalAddress());
      criu.connect(address(receiver));
      criu.write(ByteBuffer.wrap(longForm().command(5, 0, 0, 0, PROCESS_1).close().toBytes()));
      assertEquals(0, answer(criu));
      assertEquals(0, answer(criu));
      assertEquals(Optional.empty(), receiver.failure());
    }
    assertFalse(PageReceiver.isCutOff(images()));
  }

  @Test
  void dumpWhoseStreamEndsEarlyIsCutOff() {
    assertThrows(
        IOException.class, () -> again(longForm().command(5, 0, 0, 0, PROCESS_1).toBytes()));
    assertTrue(PageReceiver.isCutOff(images()));
  }

  private PageReceiver receiver(Callers callers) throws IOException {
    return PageReceiver.listen(images(), ahead(), PAGE, callers);
  }

  private static SocketChannel call(PageReceiver receiver) throws IOException {
    return SocketChannel.open(address(receiver));
  }

  private static InetSocketAddress address(PageReceiver receiver) throws IOException {
    String port = receiver.options().getLast().substring("port ".length());
    return new InetSocketAddress("127.0.0.1", Integer.parseInt(port));
  }

  private static int answer(SocketChannel criu) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(Integer.BYTES);
    while (answer.hasRemaining() && criu.read(answer) >= 0) {
      // The rest comes.
    }
    return answer.getInt(0);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 1L << 46, Long.MAX_VALUE})
  void countThatNoAddressSpaceHoldsIsRefusedBeforeAPageIsRead(long pages) {
    assertTrue(
        refusal(longForm().open(PROCESS_1).command(6, PRESENT, pages, 0x10000, PROCESS_1))
            .contains(Long.toUnsignedString(pages) + " pages at 0x10000"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 0x10001, -4096, Long.MIN_VALUE, 1L << 58})
  void addressThatIsNoneIsRefused(long address) {
    assertTrue(
        refusal(longForm().open(PROCESS_1).command(6, PRESENT, 1, address, PROCESS_1))
            .contains("expected some at a multiple of 4096"));
  }

  @Test
  void whatIsNotTheProtocolIsRefused() {
    assertTrue(
        refusal(longForm().command(9, 0, 0, 0, PROCESS_1)).contains("a command 9, which is not"));
    assertTrue(refusal(longForm().open(7 << 8 | 3)).contains("an image of type 3"));
    assertTrue(
        refusal(longForm().open(PROCESS_1).open(SEGMENT_5).add(0, PROCESS_1, page(1)))
            .contains("which it has not opened"));
    assertTrue(refusal(longForm().open(SEGMENT_5 + 256).open(SEGMENT_5 + 256)).contains("twice"));
  }

  @Test
  void pagesThatAreNotPlainlyThereAreRefused() {
    assertTrue(
        refusal(longForm().open(PROCESS_1).command(6, PagemapEntry.PE_PARENT, 1, 0, PROCESS_1))
            .contains("flags 0x1 at 0x0"));
  }

  @Test
  void pagesThatGoBackAreRefused() {
    assertTrue(
        refusal(
                longForm()
                    .open(PROCESS_1)
                    .add(0x11000, PROCESS_1, page(1))
                    .add(0x10000, PROCESS_1, page(2)))
            .contains("goes back to 0x10000 after 0x12000"));
  }

  private void again(byte[] stream) throws IOException {
    Files.deleteIfExists(images().resolve("pages-65537.img"));
    Files.deleteIfExists(images().resolve("pages-65538.img"));
    serve(stream);
  }

  private void lower(long address, byte[]... pages) throws IOException {
    ImageName name = ImageName.of(ImageKind.PAGEMAP, 1);
    Files.write(
        ahead().resolve(name.fileName()),
        Layers.pagemap(name, 1, List.of(Layers.entry(address, pages.length, PRESENT)))
            .encode()
            .toByteArray());
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] page : pages) {
      content.writeBytes(page);
    }
    Files.write(ahead().resolve("pages-1.img"), content.toByteArray());
  }

  private List<Message> entries(ImageName name) throws IOException {
    List<Message> messages = ImageFolder.of(images()).entries(name).messages();
    return messages.subList(1, messages.size());
  }

  private static byte[] joined(int... contents) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int content : contents) {
      bytes.writeBytes(page(content));
    }
    return bytes.toByteArray();
  }
}
