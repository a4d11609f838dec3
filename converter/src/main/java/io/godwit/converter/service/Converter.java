package io.godwit.converter.service;

import io.godwit.blob.GrantingPublisher;
import io.godwit.blob.S3BlobStore;
import io.godwit.contract.Checkpoint;
import io.godwit.converter.Graft;
import io.godwit.converter.registers.PublishedRegisters;
import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Party;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Wire;
import io.godwit.service.ServiceRuntime;
import io.godwit.trace.Spans;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** The parts of the converter, for a JVM of its own or one that it shares. */
public final class Converter {
  /** As in events and consumer groups. */
  public static final String SERVICE = "converter";

  /** What it uses on Kafka. */
  public static final Party.Converter PARTY = new Party.Converter();

  private Converter() {}

  /** Starts a converter; its parts stop with the runtime. Any number may share the work. */
  public static void start(
      ServiceRuntime runtime, KafkaMessaging kafka, S3BlobStore blobs, Clock clock)
      throws IOException {
    Path work = runtime.settings().stateDir().resolve(SERVICE);
    CheckpointHandler.show(runtime.metrics());
    Spans spans = runtime.adopt("converter's traces", Spans.of(runtime.settings(), SERVICE));
    EventPublisher events =
        runtime.adopt(
            "converter's events", new EventPublisher(kafka.publisher(), SERVICE, clock, spans));
    DecisionLog decisions = runtime.adopt("converter's decisions", kafka.decisionLog());
    CheckpointHandler handler =
        new CheckpointHandler(
            new Graft(new PublishedRegisters()),
            blobs,
            decisions,
            new GrantingPublisher(kafka.publisher(), blobs, clock),
            events,
            runtime.metrics(),
            work,
            clock);
    runtime.adopt(
        "checkpoints",
        kafka.subscribe(
            Topic.CHECKPOINTS,
            PARTY.group().orElseThrow(),
            _ -> true,
            Wire.handler(Checkpoint.getDefaultInstance(), handler)));
  }
}
