package io.godwit.blob;

import io.godwit.service.Metric;
import io.godwit.service.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Blobs in one bucket of an S3 store. A store that does not answer is an error within 30 seconds;
 * trying again is the caller's.
 */
public final class S3BlobStore implements BlobStore, BlobUrls, AutoCloseable {
  private final S3Bucket bucket;
  private final String folder;

  /** The URL that came with a blob. */
  private final Function<Blob, Optional<String>> granted;

  private final Counter sent;
  private final Counter spared;
  private final Counter fetched;

  /** Speaks to nobody yet: a bucket that is missing is made when the first blob is put. */
  public S3BlobStore(Settings settings, MeterRegistry metrics) {
    this(
        new S3Bucket(settings, metrics),
        "",
        _ -> Optional.empty(),
        Metric.BLOBS_SENT.counter(metrics),
        Metric.BLOBS_SPARED.counter(metrics),
        Metric.BLOBS_FETCHED.counter(metrics));
  }

  private S3BlobStore(
      S3Bucket bucket,
      String folder,
      Function<Blob, Optional<String>> granted,
      Counter sent,
      Counter spared,
      Counter fetched) {
    this.bucket = bucket;
    this.folder = folder;
    this.granted = granted;
    this.sent = sent;
    this.spared = spared;
    this.fetched = fetched;
  }

  /**
   * The same store as a device uses it: what it stores goes into its own folder, and what it was
   * given a URL for it reads by that.
   */
  public BlobStore ofDevice(String device, Grants given) {
    return new S3BlobStore(bucket, Blob.folderOf(device), given::of, sent, spared, fetched);
  }

  @Override
  public Blob put(Path file, LongConsumer progress) throws IOException {
    Blob blob = Digests.of(file).in(folder);
    if (isSpared(blob)) {
      progress.accept(blob.size());
      return blob;
    }
    send(blob, file, progress);
    return blob;
  }

  @Override
  public Blob put(byte[] bytes) throws IOException {
    Blob blob = Digests.of(bytes).in(folder);
    if (isSpared(blob)) {
      return blob;
    }
    bucket.put(blob, () -> new ByteArrayInputStream(bytes)).close();
    sent.increment((double) blob.size());
    return blob;
  }

  @Override
  public void fetch(Blob blob, Path into, LongConsumer progress) throws IOException {
    Digests.writeAtomically(
        into,
        out -> {
          try (InputStream in = open(blob, progress)) {
            in.transferTo(Channels.newOutputStream(out));
          }
        });
  }

  @Override
  public InputStream open(Blob blob) throws IOException {
    return open(blob, SILENT);
  }

  @Override
  public byte[] read(Blob blob, long offset, int length) throws IOException {
    if (offset < 0 || length < 0 || offset > blob.size() - length) {
      throw new BlobException(
          "%s has %d bytes, none at %d to %d"
              .formatted(bucket.where(blob), blob.size(), offset, offset + length));
    }
    if (length == 0) {
      return new byte[0];
    }
    byte[] bytes = new byte[length];
    try (InputStream in = part(blob, offset, length)) {
      int read = in.readNBytes(bytes, 0, length);
      if (read < length) {
        throw new BlobException(
            "%s is damaged: it ends at %d, expected %d bytes"
                .formatted(bucket.where(blob), offset + read, blob.size()));
      }
    } catch (BlobException e) {
      throw e;
    } catch (IOException e) {
      throw new BlobException(
          "reading %s broke off: %s".formatted(bucket.where(blob), e.getMessage()), e);
    }
    fetched.increment(length);
    return bytes;
  }

  @Override
  public String url(Blob blob, Duration valid) throws IOException {
    return bucket.url(blob, valid);
  }

  @Override
  public void close() {
    bucket.close();
  }

  private InputStream open(Blob blob, LongConsumer progress) throws IOException {
    long[] counted = {0};
    return new VerifyingInputStream(
        new ResumingInputStream(offset -> from(blob, offset), blob.size()),
        blob,
        bucket.where(blob),
        done -> {
          fetched.increment((double) (done - counted[0]));
          counted[0] = done;
          progress.accept(done);
        });
  }

  private InputStream from(Blob blob, long offset) throws IOException {
    Optional<String> url = granted.apply(blob);
    return url.isPresent()
        ? bucket.signed().open(url.get(), bucket.where(blob), offset)
        : bucket.open(blob, offset);
  }

  private InputStream part(Blob blob, long offset, int length) throws IOException {
    Optional<String> url = granted.apply(blob);
    return url.isPresent()
        ? bucket.signed().open(url.get(), bucket.where(blob), offset, length)
        : bucket.open(blob, offset, length);
  }

  /** Whether nothing needs to be sent. */
  private boolean isSpared(Blob blob) throws BlobException {
    // To ask whether a small one is there costs as much as to send it.
    boolean spare = blob.size() > ManifestWriter.PACK && bucket.isThere(blob);
    if (spare) {
      spared.increment((double) blob.size());
    }
    return spare;
  }

  /**
   * What is sent from a file is hashed again: one that changed meanwhile must not stand under the
   * digest.
   */
  private void send(Blob blob, Path file, LongConsumer progress) throws IOException {
    S3Bucket.Content content =
        () -> new VerifyingInputStream(Files.newInputStream(file), blob, file.toString(), progress);
    try (InputStream verifying = bucket.put(blob, content)) {
      requireEnd(verifying, blob, file);
    }
    sent.increment((double) blob.size());
  }

  /** The upload reads as many bytes as were announced and not the end, which is what compares. */
  private void requireEnd(InputStream verifying, Blob blob, Path file) throws IOException {
    try {
      if (verifying.read() >= 0) {
        throw new BlobException(file + " has grown while it was stored");
      }
    } catch (BlobException changed) {
      bucket.remove(blob, changed);
      throw new BlobException(
          file + " changed while it was stored; store it when nobody writes to it", changed);
    }
  }
}
