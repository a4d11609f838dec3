package io.godwit.simulation;

import com.google.protobuf.MessageLite;
import io.godwit.blob.Manifests;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Decision;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.LogPosition;
import io.godwit.messaging.MessagingException;
import io.godwit.messaging.Publisher;
import io.godwit.messaging.Received;
import io.godwit.messaging.Topic;
import io.godwit.messaging.TopicNames;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Kafka: topics of one partition each. What it has taken stays, unless drawn otherwise. */
final class Broker implements Publisher {
  static final String PUBLISH = "publish";
  static final String APPEND = "append";
  private static final TopicNames NAMES = new TopicNames("godwit.");

  /** One record of a topic. */
  record Entry(String key, MessageLite value, long writtenMs) {
    Received received() {
      return new Received(key, value.toByteArray(), Instant.ofEpochMilli(writtenMs), Map.of());
    }
  }

  private final World world;
  private final Scheduler.Signal signal;
  private final Map<String, List<Entry>> topics = new HashMap<>();
  private final List<Decision> decisions = new ArrayList<>();
  private final List<String> deadLetters = new ArrayList<>();
  private int topicId = 1;
  private int cutOff;
  private boolean away;
  private boolean forgot;

  Broker(World world) {
    this.world = world;
    this.signal = world.scheduler().signal();
  }

  void setAway(boolean away) {
    this.away = away;
    signal.raise();
  }

  boolean isAway() {
    return away;
  }

  /** Whether the decision log has ever lost anything. */
  boolean hasForgotten() {
    return forgot;
  }

  /** Puts a decision, at once. */
  void decide(Decision decision) {
    decisions.add(decision);
    signal.raise();
  }

  Scheduler.Signal signal() {
    return signal;
  }

  /**
   * The topic that records with this key stand in.
   *
   * @param key a device's name where each has a topic of its own
   */
  List<Entry> topic(Topic topic, String key) {
    return topics.computeIfAbsent(NAMES.of(topic, key), _ -> new ArrayList<>());
  }

  /** The decision topic was deleted, and made again by whoever missed it. */
  void makeLogAnew() {
    forgot = true;
    decisions.clear();
    cutOff = 0;
    topicId++;
  }

  /** What stands in the decision log is too old for it. */
  void cutLogOff() {
    forgot = true;
    cutOff = decisions.size();
  }

  void bury(String what) {
    world.say("dead letter: " + what);
    deadLetters.add(what);
  }

  private Optional<Fault> ask(String scope, String what) {
    world.step(what);
    world.pass(1, 20);
    Optional<Fault> fault = world.strike(scope);
    if (away) {
      world.pass(2_000);
      if (away) {
        throw new MessagingException("the broker does not answer");
      }
    }
    return fault;
  }

  @Override
  public void publish(Topic topic, String key, MessageLite value) {
    Optional<Fault> fault = ask(PUBLISH, "publish " + topic);
    put(topic, key, value);
    if (fault.filter(f -> f.kind() == Fault.Kind.WRITTEN_TWICE).isPresent()) {
      put(topic, key, value);
    }
    world.step("published " + topic);
    if (fault.filter(f -> f.kind() == Fault.Kind.ACK_LOST).isPresent()) {
      throw new MessagingException("drawn: no acknowledgement");
    }
  }

  /** Puts a record, at once. */
  void put(Topic topic, String key, MessageLite value) {
    topic(topic, key).add(new Entry(key, value, world.epochMs()));
    if (value instanceof Checkpoint checkpoint) {
      world.population().published(checkpoint, blobs(checkpoint));
    }
    signal.raise();
  }

  private static List<String> blobs(Checkpoint checkpoint) {
    List<String> digests = new ArrayList<>();
    for (ManifestFile file : checkpoint.getImages().getFilesList()) {
      for (Segment segment : Manifests.segments(file)) {
        digests.add(segment.getBlob().getSha256());
      }
    }
    // The files that it had, which a power cut may take from the disk.
    add(checkpoint.getLayer(), digests);
    checkpoint.getTreesList().forEach(tree -> add(tree.getFiles(), digests));
    return digests;
  }

  private static void add(LayerArchive files, List<String> digests) {
    if (files.hasArchive()) {
      digests.add(files.getArchive().getSha256());
    }
  }

  @Override
  public void close() {
    // The world ends as a whole.
  }

  /** All that stands in the decision log now. */
  List<Decision> decisions(String migration) {
    return decisions.subList(cutOff, decisions.size()).stream()
        .filter(decision -> decision.getMigrationId().equals(migration))
        .toList();
  }

  /** The decision log as one process sees it, which remembers what it has read. */
  DecisionLog log() {
    return new Log();
  }

  private final class Log implements DecisionLog {
    private final Map<String, List<Decision>> read = new HashMap<>();
    private int readOf = topicId;
    private int next;
    private boolean settled;

    private List<Decision> of(String migration) {
      if (readOf != topicId || next < cutOff) {
        // Read anew, as what was to be read next is gone.
        readOf = topicId;
        read.clear();
        next = cutOff;
      }
      settled = true;
      for (; next < decisions.size(); next++) {
        Decision decision = decisions.get(next);
        read.computeIfAbsent(decision.getMigrationId(), _ -> new ArrayList<>()).add(decision);
      }
      return List.copyOf(read.getOrDefault(migration, List.of()));
    }

    @Override
    public List<Decision> append(Decision decision) {
      Optional<Fault> fault = ask(APPEND, "append " + decision.getKindCase());
      decisions.add(decision);
      world.say("log: " + decision.getKindCase() + " of " + world.label(decision.getMigrationId()));
      if (fault.filter(f -> f.kind() == Fault.Kind.WRITTEN_TWICE).isPresent()) {
        decisions.add(decision);
      }
      signal.raise();
      world.step("appended " + decision.getKindCase());
      if (fault.filter(f -> f.kind() == Fault.Kind.ACK_LOST).isPresent()) {
        throw new MessagingException("drawn: no acknowledgement");
      }
      return of(decision.getMigrationId());
    }

    @Override
    public List<Decision> read(String migration) {
      ask("read", "read the log");
      return of(migration);
    }

    @Override
    public List<Decision> await(String migration, int known, Duration atMost)
        throws InterruptedException {
      world.scheduler().await(signal, () -> !away && of(migration).size() > known, atMost);
      if (away && !settled) {
        throw new MessagingException("the log was not read yet");
      }
      return away ? List.copyOf(read.getOrDefault(migration, List.of())) : of(migration);
    }

    @Override
    public LogPosition end() {
      ask("read", "ask for the log's end");
      return new LogPosition("log-" + topicId, decisions.size());
    }

    @Override
    public boolean reachesBackTo(LogPosition position) {
      ask("read", "ask how far back the log reaches");
      return position.topicId().equals("log-" + topicId) && position.offset() >= cutOff;
    }

    @Override
    public void close() {
      // The world ends as a whole.
    }
  }
}
