package io.godwit.checkpointer.testing;

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
import java.util.function.LongConsumer;

/** Blobs as files named by their digests. */
public final class FolderBlobs implements BlobStore {
  private final Path folder;

  public FolderBlobs(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  @Override
  public Blob put(Path file, LongConsumer progress) throws IOException {
    Blob blob = put(Files.readAllBytes(file));
    progress.accept(blob.size());
    return blob;
  }

  @Override
  public Blob put(byte[] bytes) throws IOException {
    Blob blob = new Blob(digest(bytes), bytes.length);
    Files.write(folder.resolve(blob.sha256()), bytes);
    return blob;
  }

  @Override
  public void fetch(Blob blob, Path into, LongConsumer progress) throws IOException {
    Files.write(into, all(blob));
  }

  @Override
  public InputStream open(Blob blob) throws IOException {
    return new ByteArrayInputStream(all(blob));
  }

  @Override
  public byte[] read(Blob blob, long offset, int length) throws IOException {
    return Arrays.copyOfRange(all(blob), (int) offset, (int) offset + length);
  }

  private byte[] all(Blob blob) throws IOException {
    Path file = folder.resolve(blob.sha256());
    if (!Files.exists(file)) {
      throw new BlobException("there is no blob " + blob.sha256());
    }
    byte[] bytes = Files.readAllBytes(file);
    if (!digest(bytes).equals(blob.sha256())) {
      throw new BlobException("blob %s is damaged".formatted(blob.sha256()));
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
