package io.godwit.converter.service;

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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Blobs in memory; counts what is read of them. */
final class MemoryBlobStore implements BlobStore {
  private final Map<Blob, byte[]> blobs;
  private final String folder;
  private final AtomicLong largestRead = new AtomicLong();

  MemoryBlobStore() {
    this(new ConcurrentHashMap<>(), "");
  }

  private MemoryBlobStore(Map<Blob, byte[]> blobs, String folder) {
    this.blobs = blobs;
    this.folder = folder;
  }

  /** The same, where what is put goes into a device's folder. */
  MemoryBlobStore ofDevice(String device) {
    return new MemoryBlobStore(blobs, Blob.folderOf(device));
  }

  /** The most bytes that were asked for at once. */
  long largestRead() {
    return largestRead.get();
  }

  void lose(Blob blob) {
    blobs.remove(blob);
  }

  @Override
  public Blob put(Path file, LongConsumer progress) throws IOException {
    return put(Files.readAllBytes(file));
  }

  @Override
  public Blob put(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      Blob blob = new Blob(HexFormat.of().formatHex(digest), bytes.length, folder);
      blobs.put(blob, bytes.clone());
      return blob;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void fetch(Blob blob, Path into, LongConsumer progress) throws IOException {
    Files.write(into, content(blob));
  }

  @Override
  public InputStream open(Blob blob) throws IOException {
    largestRead.accumulateAndGet(blob.size(), Math::max);
    return new ByteArrayInputStream(content(blob));
  }

  @Override
  public byte[] read(Blob blob, long offset, int length) throws IOException {
    largestRead.accumulateAndGet(length, Math::max);
    byte[] content = content(blob);
    if (offset > content.length - length) {
      throw new BlobException("blob " + blob.sha256() + " is shorter");
    }
    return Arrays.copyOfRange(content, (int) offset, (int) offset + length);
  }

  private byte[] content(Blob blob) throws BlobException {
    byte[] content = blobs.get(blob);
    if (content == null) {
      throw new BlobException("blob " + blob.sha256() + " is missing");
    }
    return content;
  }
}
