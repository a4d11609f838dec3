package io.godwit.checkpointer.pages;

import io.godwit.pages.Layers;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A page server for one dump (criu(8), {@code --page-server}): CRIU sends it the memory that it
 * would write into pages files. It compares what comes with what went ahead, and writes only the
 * rest. CRIU's dump fails, and the container runs on, unless this has told it that everything is
 * written; so nothing is lost when this process is killed in the middle.
 *
 * <p>Listens on the loopback address, at a port of its own, for one connection: of who else calls
 * there, nothing is read.
 */
public final class PageReceiver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PageReceiver.class);
  private static final int BLOCK = 1 << 20;
  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  /** CRIU numbers the pages files that its own page server writes from here on. */
  private static final long FIRST_PAGES_ID = 0x10001;

  /** Who is not the dump is turned away at once, so few have to wait. */
  private static final int WAITING = 16;

  /** Beside the images while pages are still to come: CRIU writes its last image before them. */
  private static final String COMING = "pages.coming";

  private final Path images;
  private final Path ahead;
  private final int pageSize;
  private final Callers callers;
  private final ServerSocketChannel server;
  private final Thread thread;
  private final Map<PageCommand.Image, DumpedPages> dumped = new HashMap<>();
  private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
  private Optional<DumpedPages> current = Optional.empty();
  private volatile Optional<IOException> failure = Optional.empty();
  private volatile Optional<SocketChannel> connection = Optional.empty();
  private volatile boolean cut;

  private PageReceiver(
      Path images, Path ahead, int pageSize, Callers callers, ServerSocketChannel server) {
    this.images = images;
    this.ahead = ahead;
    this.pageSize = pageSize;
    this.callers = callers;
    this.server = server;
    this.thread = Thread.ofPlatform().name("page-receiver").daemon().unstarted(this::run);
  }

  /**
   * Listens.
   *
   * @param images where CRIU dumps to
   * @param ahead the folder of the pages that went ahead, beside {@code images}; it may be missing
   * @param pageSize of this machine, in bytes
   * @param callers who tells the dump from others
   */
  public static PageReceiver listen(Path images, Path ahead, int pageSize, Callers callers)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET);
    try {
      server.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0), WAITING);
      PageReceiver receiver = new PageReceiver(images, ahead, pageSize, callers, server);
      receiver.thread.start();
      return receiver;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  /** The lines that make CRIU send its pages here. */
  public List<String> options() throws IOException {
    InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
    return List.of(
        "page-server",
        "address " + address.getAddress().getHostAddress(),
        "port " + address.getPort());
  }

  /**
   * Whether a dump to these images has begun to send its pages, and did not come to their end: it
   * failed then, whatever images of it there are.
   */
  public static boolean isCutOff(Path images) {
    return Files.exists(images.resolveSibling(COMING));
  }

  /** Before another dump to these images. */
  public static void forget(Path images) throws IOException {
    Files.deleteIfExists(images.resolveSibling(COMING));
  }

  /** Why it could not take the pages, where it could not. */
  public Optional<IOException> failure() {
    return failure;
  }

  /**
   * Hangs up on a dump that is under way: it then fails, and CRIU puts in order what it has done to
   * the processes. One that has come to its end stays whole. May be called by any thread.
   */
  public void cut() throws IOException {
    cut = true;
    server.close();
    Optional<SocketChannel> criu = connection;
    if (criu.isPresent()) {
      criu.get().close();
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (Door.Guest guest = new Door(server, callers).await()) {
      server.close();
      SocketChannel criu = guest.connection();
      connection = Optional.of(criu);
      if (cut) {
        return;
      }
      criu.setOption(StandardSocketOptions.TCP_NODELAY, true);
      serve(criu, criu, () -> hurry(guest.caller()));
      awaitEnd(criu);
    } catch (ClosedChannelException e) {
      LOG.debug(cut ? "hung up on the dump" : "no dump has used the page receiver");
    } catch (IOException | RuntimeException e) {
      LOG.warn("the dump's pages could not be taken; it fails, and the container runs on", e);
      failure = Optional.of(e instanceof IOException io ? io : new IOException(e));
    }
  }

  /** It has corked its socket by the time of its first command. */
  private static void hurry(Callers.Caller caller) {
    try {
      CorkedSocket.release(caller.pid(), caller.descriptor());
    } catch (IOException e) {
      LOG.debug("the dump waits a moment for its own socket: {}", e.getMessage());
    }
  }

  /** Closing with bytes unread would take our last answer back. */
  private void awaitEnd(SocketChannel criu) {
    try {
      while (criu.read(block.clear()) >= 0) {
        // Nothing that counts.
      }
    } catch (IOException e) {
      LOG.debug("the dump has hung up", e);
    }
  }

  /**
   * Speaks the protocol to its end.
   *
   * @param begun told when the first command has come
   */
  void serve(ReadableByteChannel in, WritableByteChannel out, Runnable begun) throws IOException {
    Files.write(images.resolveSibling(COMING), new byte[0]);
    try {
      ByteBuffer header = ByteBuffer.allocate(PageCommand.Form.LONG.bytes());
      header.order(ByteOrder.LITTLE_ENDIAN);
      fill(in, header.limit(PageCommand.Form.SHORT.bytes()), "its first command");
      begun.run();
      if (PageCommand.isClose(header)) {
        // The dump has failed early, and waits for an answer; the form cannot be told of this one.
        answer(out, Integer.BYTES);
        return;
      }
      PageCommand.Form form = PageCommand.Form.of(header);
      fill(in, header.limit(form.bytes()), "its first command");
      while (!done(PageCommand.parse(header, form, pageSize), in, out)) {
        fill(in, header.clear().limit(form.bytes()), "a command");
      }
    } finally {
      for (DumpedPages pages : dumped.values()) {
        pages.close();
      }
    }
  }

  private boolean done(PageCommand command, ReadableByteChannel in, WritableByteChannel out)
      throws IOException {
    switch (command.kind()) {
      case OPEN -> {
        open(command.image());
        answer(out, 1);
      }
      case PARENT -> answer(out, Integer.BYTES);
      case ADD -> add(command, in);
      case CLOSE -> {
        finish();
        answer(out, Integer.BYTES);
        return true;
      }
    }
    return false;
  }

  private void open(PageCommand.Image image) throws IOException {
    if (dumped.containsKey(image)) {
      throw new PageStreamException("the page stream opens %s twice".formatted(image));
    }
    Optional<ParentPages> parent =
        image.shared() ? Optional.empty() : ParentPages.find(ahead, image.id(), pageSize);
    DumpedPages pages =
        new DumpedPages(images, image, FIRST_PAGES_ID + dumped.size(), parent, pageSize);
    dumped.put(image, pages);
    current = Optional.of(pages);
  }

  private void add(PageCommand command, ReadableByteChannel in) throws IOException {
    DumpedPages pages = dumped.get(command.image());
    if (pages == null || !current.equals(Optional.of(pages))) {
      throw new PageStreamException(
          "the page stream has pages of %s, which it has not opened".formatted(command.image()));
    }
    pages.require(command);
    long address = command.address();
    long left = command.pages() * pageSize;
    while (left > 0) {
      block.clear().limit((int) Math.min(BLOCK, left));
      fill(in, block, "pages at 0x" + Long.toHexString(address));
      pages.take(address, command.flags(), block);
      address += block.limit();
      left -= block.limit();
    }
  }

  private void finish() throws IOException {
    boolean refersToParent = false;
    for (DumpedPages pages : dumped.values()) {
      pages.finish();
      refersToParent |= pages.refersToParent();
    }
    if (refersToParent) {
      // Relative: CRIU follows it when it has left this machine's root for the container's.
      Files.createSymbolicLink(
          images.resolve(Layers.PARENT), Path.of("..").resolve(ahead.getFileName()));
    }
    forget(images);
  }

  /** All answers of ours are 0: there is no parent that CRIU is to know of, and nothing failed. */
  private static void answer(WritableByteChannel out, int bytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(bytes);
    while (zeros.hasRemaining()) {
      out.write(zeros);
    }
  }

  private static void fill(ReadableByteChannel in, ByteBuffer bytes, String what)
      throws IOException {
    while (bytes.hasRemaining()) {
      if (in.read(bytes) < 0) {
        throw new EOFException(
            "the page stream ends in %s, %d bytes before its end"
                .formatted(what, bytes.remaining()));
      }
    }
  }
}
