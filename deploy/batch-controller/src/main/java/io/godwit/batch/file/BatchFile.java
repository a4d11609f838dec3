package io.godwit.batch.file;

import static io.godwit.batch.file.Fields.each;
import static io.godwit.batch.file.Fields.text;

import io.godwit.contract.BatchGate;
import io.godwit.contract.BatchLimits;
import io.godwit.contract.BatchPolicy;
import io.godwit.contract.BatchRate;
import io.godwit.contract.BatchRequest;
import io.godwit.contract.BatchRetries;
import io.godwit.contract.BatchTimeouts;
import io.godwit.contract.BatchWindow;
import io.godwit.contract.ContainerSelector;
import io.godwit.contract.DeviceSelector;
import io.godwit.contract.DeviceSelector.Placement;
import io.godwit.contract.StopRule;
import io.godwit.contract.TcpConnections;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads one; the README of this module has every key. */
public final class BatchFile {
  private final BatchRequest.Builder batch = BatchRequest.newBuilder();

  private BatchFile() {}

  /**
   * The request without an id, and without who asks.
   *
   * @throws BatchFileException when it is no YAML, or has a key or value that is not known: with
   *     its line and what is
   */
  public static BatchRequest.Builder read(String yaml) throws BatchFileException {
    BatchFile file = new BatchFile();
    try {
      Optional<Node> node =
          new Compose(LoadSettings.builder().setAllowDuplicateKeys(true).build())
              .composeString(yaml);
      if (node.isEmpty()) {
        throw new BatchFileException(1, "there is nothing in it");
      }
      file.fields().read(node.get());
      return file.batch;
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw new BatchFileException(line, "this is no YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new BatchFileException(1, "this is no YAML: " + e.getMessage());
    }
  }

  private Fields fields() {
    return new Fields("a batch")
        .on("name", node -> batch.setName(text(node)))
        .on("from", node -> each(node, this::source))
        .on("to", this::targets)
        .on("waves", node -> each(node, size -> batch.addWaves(Words.amount(size))))
        .on("rate", this::rate)
        .on("gate", this::gate)
        .on("stop", this::stop)
        .on("limits", this::limits)
        .on("timeouts", this::timeouts)
        .on("retry", this::retries)
        .on("window", this::window)
        .on("approval", node -> batch.setApproval(Words.yes(node)))
        .on("follow", node -> batch.setFollow(Words.yes(node)))
        .on("defaults", node -> batch.setDefaults(policy("defaults", node, false)))
        .on(
            "policies",
            node -> each(node, one -> batch.addPolicies(policy("a policy", one, true))));
  }

  private void source(Node node) throws BatchFileException {
    ContainerSelector.Builder source = ContainerSelector.newBuilder();
    new Fields("from")
        .on("hosts", list -> each(list, one -> source.addHosts(text(one))))
        .on("labels", map -> source.putAllLabels(Words.labels(map)))
        .on("image", one -> source.setImage(text(one)))
        .on("containers", list -> each(list, one -> source.addContainers(text(one))))
        .read(node);
    batch.addSources(source);
  }

  private void targets(Node node) throws BatchFileException {
    DeviceSelector.Builder targets = DeviceSelector.newBuilder();
    new Fields("to")
        .on("devices", list -> each(list, one -> targets.addDevices(text(one))))
        .on("labels", map -> targets.putAllLabels(Words.labels(map)))
        .on(
            "placement",
            one ->
                targets.setPlacement(
                    Words.choice(one, Map.of("spread", Placement.SPREAD, "pack", Placement.PACK))))
        .on("cpu-features", list -> each(list, one -> targets.addCpuFeatures(text(one))))
        .read(node);
    batch.setTargets(targets);
  }

  private void rate(Node node) throws BatchFileException {
    BatchRate.Builder rate = BatchRate.newBuilder();
    new Fields("rate")
        .on("per-minute", one -> rate.setPerMinute(Words.number(one)))
        .on("factor", one -> rate.setFactor(Words.factor(one)))
        .on("every", one -> rate.setEvery(Words.number(one)))
        .read(node);
    batch.setRate(rate);
  }

  private void gate(Node node) throws BatchFileException {
    BatchGate.Builder gate = BatchGate.newBuilder();
    new Fields("gate")
        .on(
            "then",
            one ->
                gate.setThen(
                    Words.choice(
                        one, Map.of("next", BatchGate.Then.NEXT, "pause", BatchGate.Then.PAUSE))))
        .on("soak", one -> gate.setSoakMs(Words.millis(one)))
        .on("query", one -> gate.setQuery(text(one)))
        .read(node);
    batch.setGate(gate);
  }

  private void stop(Node node) throws BatchFileException {
    StopRule.Builder stop = StopRule.newBuilder();
    new Fields("stop")
        .on("batch", one -> stop.setBatch(Words.amount(one)))
        .on("wave", one -> stop.setWave(Words.amount(one)))
        .on("ignore", list -> each(list, one -> stop.addIgnore(text(one))))
        .on("minimum", one -> stop.setMinimum(Words.number(one)))
        .read(node);
    batch.setStop(stop);
  }

  private void limits(Node node) throws BatchFileException {
    BatchLimits.Builder limits = BatchLimits.newBuilder();
    new Fields("limits")
        .on("overall", one -> limits.setOverall(Words.number(one)))
        .on("per-host", one -> limits.setPerHost(Words.number(one)))
        .on("per-device", one -> limits.setPerDevice(Words.number(one)))
        .read(node);
    batch.setLimits(limits);
  }

  private void timeouts(Node node) throws BatchFileException {
    BatchTimeouts.Builder timeouts = BatchTimeouts.newBuilder();
    new Fields("timeouts")
        .on("start", one -> timeouts.setStartMs(Words.millis(one)))
        .on("migration", one -> timeouts.setMigrationMs(Words.millis(one)))
        .on("per-gib", one -> timeouts.setPerGibMs(Words.millis(one)))
        .on("batch", one -> timeouts.setBatchMs(Words.millis(one)))
        .on(
            "phases",
            map -> {
              for (Map.Entry<String, Node> phase : Fields.map(map).entrySet()) {
                timeouts.putPhasesMs(phase.getKey(), Words.millis(phase.getValue()));
              }
            })
        .read(node);
    batch.setTimeouts(timeouts);
  }

  private void retries(Node node) throws BatchFileException {
    BatchRetries.Builder retries = BatchRetries.newBuilder();
    new Fields("retry")
        .on(
            "times",
            map -> {
              for (Map.Entry<String, Node> kind : Fields.map(map).entrySet()) {
                retries.putTimes(kind.getKey(), Words.number(kind.getValue()));
              }
            })
        .on("backoff", one -> retries.setBackoffMs(Words.millis(one)))
        .on("factor", one -> retries.setFactor(Words.factor(one)))
        .on("most", one -> retries.setMostMs(Words.millis(one)))
        .read(node);
    batch.setRetries(retries);
  }

  private void window(Node node) throws BatchFileException {
    BatchWindow.Builder window = BatchWindow.newBuilder();
    new Fields("window")
        .on("cron", one -> window.setCron(text(one)))
        .on("zone", one -> window.setZone(text(one)))
        .on("duration", one -> window.setDurationMs(Words.millis(one)))
        .on(
            "end",
            one ->
                window.setEnd(
                    Words.choice(
                        one,
                        Map.of(
                            "finish", BatchWindow.End.FINISH,
                            "stop", BatchWindow.End.STOP,
                            "abort", BatchWindow.End.ABORT))))
        .read(node);
    batch.setWindow(window);
  }

  private static BatchPolicy policy(String where, Node node, boolean some)
      throws BatchFileException {
    BatchPolicy.Builder policy = BatchPolicy.newBuilder();
    Fields fields = new Fields(where);
    if (some) {
      fields
          .on("labels", map -> policy.putAllLabels(Words.labels(map)))
          .on("skip", one -> policy.setSkip(Words.yes(one)));
    }
    fields
        .on("freeze-budget", one -> policy.setFreezeBudgetMs(Words.millis(one)))
        .on("remove-source", one -> policy.setRemoveSource(Words.yes(one)))
        .on(
            "tcp",
            one ->
                policy
                    .getOptionsBuilder()
                    .setTcp(
                        Words.choice(
                            one,
                            Map.of("close", TcpConnections.CLOSE, "keep", TcpConnections.KEEP))))
        .on(
            "allow-cpu-difference",
            one -> policy.getOptionsBuilder().setAllowCpuDifference(Words.yes(one)))
        .on("replace-files", one -> policy.getOptionsBuilder().setReplaceFiles(Words.yes(one)))
        .read(node);
    return policy.build();
  }
}
