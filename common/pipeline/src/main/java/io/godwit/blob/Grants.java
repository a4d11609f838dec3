package io.godwit.blob;

import io.godwit.contract.BlobGrant;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What this machine's records allow it to read. Kept in memory only: a record that was not done
 * with comes again, and what came with one that was lies on the disk. Safe for use by several
 * threads.
 */
public final class Grants {
  private final Clock clock;
  private final Map<Key, Grant> grants = new HashMap<>();

  private record Grant(String url, Instant until) {}

  private record Key(String sha256, String folder) {}

  public Grants(Clock clock) {
    this.clock = clock;
  }

  /** Takes what came with a record; the last word on a blob counts. */
  public synchronized void take(Collection<BlobGrant> given) {
    Instant now = clock.instant();
    grants.values().removeIf(grant -> grant.until().isBefore(now));
    // Longer than S3 signs for; how long it really is, says the store.
    Instant until = now.plus(BlobUrls.LONGEST);
    for (BlobGrant grant : given) {
      grants.put(new Key(grant.getSha256(), grant.getFolder()), new Grant(grant.getUrl(), until));
    }
  }

  /** The URL of a blob, where one came; it may be too old by now. */
  public synchronized Optional<String> of(Blob blob) {
    return Optional.ofNullable(grants.get(new Key(blob.sha256(), blob.folder()))).map(Grant::url);
  }
}
