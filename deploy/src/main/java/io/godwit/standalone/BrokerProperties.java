package io.godwit.standalone;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The configuration of the one embedded broker; names and meanings are Kafka's broker configs. */
final class BrokerProperties {
  static final int NODE = 1;
  static final String CONTROLLER = "CONTROLLER";
  private static final String HOST = "HOST";
  private static final String DEVICES = "DEVICES";

  private BrokerProperties() {}

  static Map<String, String> of(
      Path data, int port, int controllerPort, Optional<DeviceListener> devices) {
    Map<String, String> p = new HashMap<>();
    p.put("process.roles", "broker,controller");
    p.put("node.id", Integer.toString(NODE));
    p.put("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
    p.put("controller.listener.names", CONTROLLER);
    p.put("inter.broker.listener.name", HOST);
    p.put(
        "listener.security.protocol.map", "HOST:PLAINTEXT,DEVICES:PLAINTEXT,CONTROLLER:PLAINTEXT");
    p.put(
        "listeners",
        "%s://127.0.0.1:%d,%s://127.0.0.1:%d%s"
            .formatted(
                HOST,
                port,
                CONTROLLER,
                controllerPort,
                devices
                    .map(to -> ",%s://%s:%d".formatted(DEVICES, to.bind(), to.port()))
                    .orElse("")));
    p.put(
        "advertised.listeners",
        "%s://127.0.0.1:%d%s"
            .formatted(
                HOST,
                port,
                devices
                    .map(to -> ",%s://%s:%d".formatted(DEVICES, to.advertisedHost(), to.port()))
                    .orElse("")));
    p.put("log.dirs", data.toString());
    oneReplica(p);
    p.put("auto.create.topics.enable", "false");
    p.put("message.max.bytes", Integer.toString(10 << 20));
    // Of topics that an earlier version made: a board's wrong clock must not end a record's time.
    p.put("log.message.timestamp.type", "LogAppendTime");
    // Nobody else has a copy: what is acknowledged is on the disk, also after a power cut.
    p.put("log.flush.interval.messages", "1");
    // The first member of a group need not wait for others to join it.
    p.put("group.initial.rebalance.delay.ms", "0");
    small(p);
    return p;
  }

  private static void oneReplica(Map<String, String> p) {
    p.put("num.partitions", "1");
    p.put("default.replication.factor", "1");
    p.put("min.insync.replicas", "1");
    p.put("offsets.topic.replication.factor", "1");
    p.put("transaction.state.log.replication.factor", "1");
    p.put("transaction.state.log.min.isr", "1");
    p.put("share.coordinator.state.topic.replication.factor", "1");
    p.put("share.coordinator.state.topic.min.isr", "1");
  }

  /** A broker for a few records a second beside everything else on the machine. */
  private static void small(Map<String, String> p) {
    p.put("offsets.topic.num.partitions", "4");
    p.put("transaction.state.log.num.partitions", "1");
    p.put("share.coordinator.state.topic.num.partitions", "1");
    p.put("num.network.threads", "2");
    p.put("num.io.threads", "4");
    p.put("background.threads", "2");
    // 128 MiB of heap by default, taken at the start.
    p.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20));
    p.put("log.index.size.max.bytes", Integer.toString(1 << 20));
  }
}
