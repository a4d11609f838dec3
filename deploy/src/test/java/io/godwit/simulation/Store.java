package io.godwit.simulation;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobException;
import io.godwit.blob.BlobStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** The blob store that all services share. */
final class Store implements BlobStore {
  static final String SCOPE = "store";

  private final World world;
  private final TreeMap<String, byte[]> blobs = new TreeMap<>();
  private boolean away;

  Store(World world) {
    this.world = world;
  }

  void setAway(boolean away) {
    this.away = away;
  }

  /** Loses a blob for good. */
  void lose(java.util.Random random) {
    if (!blobs.isEmpty()) {
      List<String> digests = List.copyOf(blobs.keySet());
      blobs.remove(digests.get(random.nextInt(digests.size())));
      world.population().excuseTheLost("the store lost the only copy");
    }
  }

  boolean hasAll(List<String> digests) {
    return blobs.keySet().containsAll(digests);
  }

  private void ask(String what) throws BlobException {
    world.step(SCOPE + ": " + what);
    world.pass(1, 30);
    var fault = world.strike(SCOPE);
    if (away || fault.filter(f -> f.kind() == Fault.Kind.STORE_REFUSES).isPresent()) {
      throw new BlobException("the store does not answer");
    }
    if (fault.filter(f -> f.kind() == Fault.Kind.OUT_OF_MEMORY).isPresent()) {
      throw new OutOfMemoryError("drawn");
    }
  }

  @Override
  public Blob put(Path file, LongConsumer progress) throws IOException {
    Blob blob = put(Files.readAllBytes(file));
    progress.accept(blob.size());
    return blob;
  }

  @Override
  public Blob put(byte[] bytes) throws IOException {
    ask("put");
    Blob blob = new Blob(digest(bytes), bytes.length);
    blobs.put(blob.sha256(), bytes.clone());
    return blob;
  }

  @Override
  public void fetch(Blob blob, Path into, LongConsumer progress) throws IOException {
    byte[] bytes = get(blob);
    Path next = into.resolveSibling(into.getFileName() + ".part");
    Files.write(next, bytes);
    Files.move(next, into, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    progress.accept(bytes.length);
  }

  @Override
  public InputStream open(Blob blob) throws IOException {
    return new ByteArrayInputStream(get(blob));
  }

  @Override
  public byte[] read(Blob blob, long offset, int length) throws IOException {
    return Arrays.copyOfRange(get(blob), (int) offset, (int) offset + length);
  }

  private byte[] get(Blob blob) throws IOException {
    ask("get");
    byte[] bytes = blobs.get(blob.sha256());
    if (bytes == null) {
      throw new BlobException("there is no blob " + blob.sha256());
    }
    return bytes;
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
