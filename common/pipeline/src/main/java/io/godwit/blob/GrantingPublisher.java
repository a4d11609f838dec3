package io.godwit.blob;

import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import io.godwit.contract.BlobGrant;
import io.godwit.contract.BlobRef;
import io.godwit.contract.Conversion;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.Preparation;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Gives with each record that tells a device to fetch blobs the right to fetch them, and no others:
 * so who cannot read a device's records cannot read its blobs.
 *
 * <p>What a conversion names may come from the device's own template. What lies in another device's
 * folder is never granted.
 */
public final class GrantingPublisher implements Publisher {
  /** A slow fetch must not lose its right half-way, nor to clocks that differ a little. */
  private static final Duration MARGIN = Duration.ofHours(1);

  private final Publisher publisher;
  private final BlobUrls urls;
  private final InstantSource clock;

  public GrantingPublisher(Publisher publisher, BlobUrls urls, InstantSource clock) {
    this.publisher = publisher;
    this.urls = urls;
    this.clock = clock;
  }

  /** For a device that has named blobs in no folder of its own: it could have named anybody's. */
  public Publisher withoutGrants() {
    return publisher;
  }

  @Override
  public void publish(Topic topic, String key, MessageLite value) {
    publisher.publish(topic, key, granting(value));
  }

  private MessageLite granting(MessageLite value) {
    return switch (value) {
      case Preparation it ->
          it.toBuilder().addAllGrants(grants(it, it.getDevice(), it.getExpiresAtMs())).build();
      case PagesAhead it ->
          it.toBuilder().addAllGrants(grants(it, it.getDevice(), it.getExpiresAtMs())).build();
      case Conversion it ->
          it.toBuilder().addAllGrants(grants(it, it.getDevice(), it.getExpiresAtMs())).build();
      default -> value;
    };
  }

  private List<BlobGrant> grants(Message record, String device, long expiresAtMs) {
    Set<Blob> blobs = new LinkedHashSet<>();
    collect(record, blobs);
    Duration valid = validity(expiresAtMs);
    List<BlobGrant> grants = new ArrayList<>();
    try {
      for (Blob blob : blobs) {
        if (blob.folder().isEmpty() || blob.folder().equals(Blob.folderOf(device))) {
          grants.add(
              BlobGrant.newBuilder()
                  .setSha256(blob.sha256())
                  .setFolder(blob.folder())
                  .setUrl(urls.url(blob, valid))
                  .build());
        }
      }
    } catch (IOException e) {
      throw new MessagingException("no right to a blob can be given: " + e.getMessage(), e);
    }
    return grants;
  }

  private Duration validity(long expiresAtMs) {
    Duration left =
        expiresAtMs == 0
            ? BlobUrls.LONGEST
            : Duration.ofMillis(Math.max(0, expiresAtMs - clock.millis())).plus(MARGIN);
    Duration most = BlobUrls.LONGEST;
    return Duration.ofSeconds((left.compareTo(most) < 0 ? left : most).toSeconds());
  }

  /** Every blob that a message names, however deep, also in fields that are added later. */
  private static void collect(Message message, Set<Blob> blobs) {
    if (message instanceof BlobRef ref) {
      if (!ref.getSha256().isEmpty()) {
        blobs.add(Blob.of(ref));
      }
      return;
    }
    for (Object value : message.getAllFields().values()) {
      if (value instanceof Message inner) {
        collect(inner, blobs);
      } else if (value instanceof Collection<?> several) {
        for (Object one : several) {
          if (one instanceof Message inner) {
            collect(inner, blobs);
          }
        }
      }
    }
  }

  @Override
  public void close() {
    publisher.close();
  }
}
