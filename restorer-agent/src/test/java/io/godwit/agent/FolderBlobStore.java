package io.godwit.agent;

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
import java.util.HexFormat;
import java.util.function.LongConsumer;

/** Blobs in a folder: what the S3 store does, without the network. */
final class FolderBlobStore implements BlobStore {
  private final Path folder;

  FolderBlobStore(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
  }

  Path file(Blob blob) {
    return folder.resolve(blob.sha256());
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
    Files.write(file(blob), bytes);
    return blob;
  }

  @Override
  public void fetch(Blob blob, Path into, LongConsumer progress) throws IOException {
    Path next = into.resolveSibling(into.getFileName() + ".part");
    Files.write(next, verified(blob));
    Files.move(next, into, StandardCopyOption.ATOMIC_MOVE);
    progress.accept(blob.size());
  }

  @Override
  public InputStream open(Blob blob) throws IOException {
    return new ByteArrayInputStream(verified(blob));
  }

  @Override
  public byte[] read(Blob blob, long offset, int length) throws IOException {
    byte[] bytes = verified(blob);
    return java.util.Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  private byte[] verified(Blob blob) throws IOException {
    if (!Files.exists(file(blob))) {
      throw new BlobException("blob " + blob.sha256() + " is missing");
    }
    byte[] bytes = Files.readAllBytes(file(blob));
    if (!digest(bytes).equals(blob.sha256())) {
      throw new BlobException("blob " + blob.sha256() + " is damaged");
    }
    return bytes;
  }

  private static String digest(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
