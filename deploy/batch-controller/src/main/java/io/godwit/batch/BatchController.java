package io.godwit.batch;

import io.godwit.messaging.DecisionLog;
import io.godwit.messaging.KafkaMessaging;
import io.godwit.messaging.Leadership;
import io.godwit.messaging.Party;
import io.godwit.messaging.Sleeper;
import io.godwit.messaging.Topic;
import io.godwit.messaging.TopicTail;
import io.godwit.service.Metric;
import io.godwit.service.ServiceRuntime;
import io.godwit.service.Threads;
import java.time.Clock;
import java.util.UUID;

/** The batch controller's parts, for a JVM of its own or one that it shares. */
public final class BatchController {
  /** As in metrics and consumer groups. */
  public static final String SERVICE = "batch-controller";

  /** What it reads and writes. */
  public static final Party.BatchController PARTY = new Party.BatchController();

  private BatchController() {}

  /** Starts one; any number of them may run, of which one leads. */
  public static void start(ServiceRuntime runtime, KafkaMessaging kafka, Clock clock) {
    Inbox inbox = new Inbox(Threads.SYSTEM);
    DecisionLog decisions = runtime.adopt("controller's decisions", kafka.decisionLog());
    runtime.adopt("hosts", kafka.listen(Topic.HOSTS, inbox::host));
    runtime.adopt("controller's devices", kafka.listen(Topic.DEVICES, inbox::device));
    TopicTail batches = runtime.adopt("batches", kafka.tail(Topic.BATCHES, inbox));
    Leadership leadership =
        runtime.adopt("leadership", kafka.leadership(Topic.BATCHES, PARTY.group().orElseThrow()));
    KafkaOut out =
        new KafkaOut(
            kafka.publisher(),
            decisions,
            new Prometheus(runtime.settings().prometheus(), Threads.SYSTEM),
            clock);
    Control control =
        runtime.adopt(
            "controller",
            new Control(
                "%s %s".formatted(SERVICE, UUID.randomUUID()),
                inbox,
                out,
                leadership::isChosen,
                () -> batches.caughtUp(() -> true),
                since -> kafka.follow(Topic.EVENTS, since, inbox::event),
                runtime.liveness().worker("leading the batches", Control.PATIENCE),
                clock,
                Sleeper.SYSTEM,
                Threads.SYSTEM));
    Metric.BATCHES_LEADING.gauge(runtime.metrics(), () -> control.figures().leads() ? 1 : 0);
    Metric.BATCHES_OPEN.gauge(runtime.metrics(), () -> control.figures().open());
    Metric.BATCHES_UNDER_WAY.gauge(runtime.metrics(), () -> control.figures().underWay());
  }
}
