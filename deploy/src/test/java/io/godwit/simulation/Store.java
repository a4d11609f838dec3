package io.godwit.simulation;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobException;
import io.godwit.blob.BlobStore;
import io.godwit.blob.BlobUrls;
import io.godwit.blob.Grants;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * The blob store that all services share. Checkpointers and converters may read all of it; a device
 * only what it was given a URL for.
 */
final class Store implements BlobStore, BlobUrls {
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
    return put(bytes, "");
  }

  private Blob put(byte[] bytes, String folder) throws IOException {
    ask("put");
    Blob blob = new Blob(digest(bytes), bytes.length, folder);
    blobs.put(key(blob), bytes.clone());
    return blob;
  }

  @Override
  public String url(Blob blob, Duration valid) {
    return key(blob);
  }

  private static String key(Blob blob) {
    return blob.folder() + blob.sha256();
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
    byte[] bytes = blobs.get(key(blob));
    if (bytes == null) {
      throw new BlobException("there is no blob " + key(blob));
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

  /** As a device sees it. */
  BlobStore ofDevice(String device, Grants grants) {
    return new OfDevice(device, grants);
  }

  private final class OfDevice implements BlobStore {
    private final String folder;
    private final Grants grants;

    OfDevice(String device, Grants grants) {
      this.folder = Blob.folderOf(device);
      this.grants = grants;
    }

    private Blob granted(Blob blob) throws BlobException {
      if (grants.of(blob).filter(key(blob)::equals).isEmpty()) {
        world.accuse("NO RIGHT: a device cannot read what its record names, " + key(blob));
        throw new BlobException("no right to read " + key(blob));
      }
      return blob;
    }

    @Override
    public Blob put(Path file, LongConsumer progress) throws IOException {
      Blob blob = Store.this.put(Files.readAllBytes(file), folder);
      progress.accept(blob.size());
      return blob;
    }

    @Override
    public Blob put(byte[] bytes) throws IOException {
      return Store.this.put(bytes, folder);
    }

    @Override
    public void fetch(Blob blob, Path into, LongConsumer progress) throws IOException {
      Store.this.fetch(granted(blob), into, progress);
    }

    @Override
    public InputStream open(Blob blob) throws IOException {
      return Store.this.open(granted(blob));
    }

    @Override
    public byte[] read(Blob blob, long offset, int length) throws IOException {
      return Store.this.read(granted(blob), offset, length);
    }
  }
}
