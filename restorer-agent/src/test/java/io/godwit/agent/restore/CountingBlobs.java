package io.godwit.agent.restore;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobException;
import io.godwit.blob.BlobStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongConsumer;

/** Blobs in memory, with a note of what was fetched. */
final class CountingBlobs implements BlobStore {
  private final Map<String, byte[]> contents = new ConcurrentHashMap<>();
  private final List<Blob> opened = new CopyOnWriteArrayList<>();

  /** What was fetched, in order; may be cleared. */
  List<Blob> opened() {
    return opened;
  }

  @Override
  public Blob put(Path file, LongConsumer progress) throws IOException {
    return put(Files.readAllBytes(file));
  }

  @Override
  public Blob put(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      Blob blob = new Blob(HexFormat.of().formatHex(digest), bytes.length);
      contents.put(blob.sha256(), bytes.clone());
      return blob;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  @Override
  public void fetch(Blob blob, Path into, LongConsumer progress) throws IOException {
    Files.write(into, bytes(blob));
  }

  @Override
  public InputStream open(Blob blob) throws IOException {
    return new ByteArrayInputStream(bytes(blob));
  }

  @Override
  public byte[] read(Blob blob, long offset, int length) throws IOException {
    return Arrays.copyOfRange(bytes(blob), (int) offset, (int) offset + length);
  }

  private byte[] bytes(Blob blob) throws BlobException {
    opened.add(blob);
    return Optional.ofNullable(contents.get(blob.sha256()))
        .orElseThrow(() -> new BlobException("there is no blob " + blob.sha256()));
  }
}
