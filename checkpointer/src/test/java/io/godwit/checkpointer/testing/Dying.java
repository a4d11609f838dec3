package io.godwit.checkpointer.testing;

import com.google.protobuf.MessageLite;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobException;
import io.godwit.blob.BlobStore;
import io.godwit.contract.Decision;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.LogPosition;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Topic;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** What services meet at, by the hands of one that a {@link Crash} kills. */
final class Dying {
  private Dying() {}

  record OnPublishing(Publisher publisher, Crash crash) implements Publisher {
    @Override
    public void publish(Topic topic, String key, MessageLite value) {
      crash.aroundSure(
          "publishing to " + topic,
          () -> {
            publisher.publish(topic, key, value);
            return true;
          });
    }

    @Override
    public void close() {}
  }

  record OnDeciding(DecisionLog log, Crash crash) implements DecisionLog {
    @Override
    public List<Decision> append(Decision decision) {
      return crash.aroundSure("a decision", () -> log.append(decision));
    }

    @Override
    public List<Decision> read(String migrationId) {
      return log.read(migrationId);
    }

    @Override
    public List<Decision> await(String migrationId, int known, Duration atMost)
        throws InterruptedException {
      return log.await(migrationId, known, atMost);
    }

    @Override
    public LogPosition end() {
      return log.end();
    }

    @Override
    public boolean reachesBackTo(LogPosition position) {
      return log.reachesBackTo(position);
    }

    @Override
    public void close() {}
  }

  record OnStoring(BlobStore store, Crash crash, BooleanSupplier lost, BooleanSupplier away)
      implements BlobStore {
    @Override
    public Blob put(Path file, LongConsumer progress) throws IOException {
      if (lost.getAsBoolean()) {
        throw new BlobException("the store does not answer");
      }
      return crash.around("storing a blob", () -> store.put(file, progress));
    }

    @Override
    public Blob put(byte[] bytes) throws IOException {
      return crash.around("storing bytes", () -> store.put(bytes));
    }

    private void requireThere() throws BlobException {
      if (away.getAsBoolean()) {
        throw new BlobException("the store does not answer");
      }
    }

    @Override
    public void fetch(Blob blob, Path into, LongConsumer progress) throws IOException {
      requireThere();
      store.fetch(blob, into, progress);
    }

    @Override
    public InputStream open(Blob blob) throws IOException {
      requireThere();
      return store.open(blob);
    }

    @Override
    public byte[] read(Blob blob, long offset, int length) throws IOException {
      return store.read(blob, offset, length);
    }
  }
}
