package io.godwit.batch.spec;

import io.godwit.contract.BatchGate;
import io.godwit.contract.BatchLimits;
import io.godwit.contract.BatchPolicy;
import io.godwit.contract.BatchRate;
import io.godwit.contract.BatchRequest;
import io.godwit.contract.BatchRetries;
import io.godwit.contract.BatchTimeouts;
import io.godwit.contract.BatchWindow;
import io.godwit.contract.DeviceSelector.Placement;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a request as it came from whomever; what is wrong with it is told whole. */
public final class SpecReader {
  /** As the journals of hosts want ids, since those of migrations are made of it. */
  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private static final int MOST = 1_000_000;
  private static final Set<String> PHASES =
      Set.of(
          "preflight",
          "rehearsing",
          "freezing",
          "frozen",
          "converting",
          "converted",
          "claimed",
          "restoring");

  private final List<String> problems = new ArrayList<>();

  private SpecReader() {}

  /**
   * What was read.
   *
   * @param problems empty: the spec makes sense; else one sentence for each thing that does not
   */
  public record Reading(Spec spec, List<String> problems) {
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  /** Reads. */
  public static Reading read(BatchRequest request) {
    SpecReader reader = new SpecReader();
    Spec spec = reader.spec(request);
    return new Reading(spec, reader.problems);
  }

  private Spec spec(BatchRequest request) {
    if (!UUID.matcher(request.getBatchId()).matches()) {
      problems.add(
          "batch_id '%s' is not a UUID in lower-case hexadecimal with dashes"
              .formatted(request.getBatchId()));
    }
    if (request.getMigrationsCount() > 0) {
      problems.add(
          "migrations are asked for on the topic requests; here sources select containers");
    }
    if (request.getSourcesCount() == 0) {
      problems.add("there are no sources: nothing says what is to move");
    }
    return new Spec(
        request.getName(),
        request.getSourcesList().stream().map(this::source).toList(),
        targets(request.getTargets()),
        new Waves(
            request.getWavesList().stream()
                .flatMap(size -> amount(size, "waves").stream())
                .toList()),
        request.hasRate() ? rate(request.getRate()) : Optional.empty(),
        gate(request.getGate()),
        stop(request.getStop()),
        limits(request.getLimits()),
        timeouts(request.getTimeouts()),
        retries(request.getRetries()),
        request.hasWindow() ? window(request.getWindow()) : Optional.empty(),
        request.getApproval(),
        request.getDryRun(),
        request.getFollow(),
        policy(request.getDefaults()),
        request.getPoliciesList().stream().map(this::policy).toList());
  }

  private ContainerSelector source(io.godwit.contract.ContainerSelector source) {
    if (source.getHostsCount() == 0
        && source.getLabelsCount() == 0
        && source.getImage().isEmpty()
        && source.getContainersCount() == 0) {
      problems.add(
          "a source selects everything everywhere: name hosts, labels, an image or containers");
    }
    return new ContainerSelector(
        source.getHostsList(),
        source.getLabelsMap(),
        source.getImage(),
        source.getContainersList());
  }

  private DeviceSelector targets(io.godwit.contract.DeviceSelector targets) {
    if (targets.getPlacement() == Placement.UNRECOGNIZED) {
      problems.add("targets have a placement that this version does not know");
    }
    return new DeviceSelector(
        targets.getDevicesList(),
        targets.getLabelsMap(),
        targets.getPlacement() == Placement.PACK,
        targets.getCpuFeaturesList());
  }

  private Optional<Amount> amount(io.godwit.contract.Amount amount, String where) {
    boolean percent = amount.getPercent() != 0;
    if (percent && amount.getCount() != 0) {
      problems.add("%s have a number and a percentage at once".formatted(where));
      return Optional.empty();
    }
    int number = percent ? amount.getPercent() : amount.getCount();
    if (number < 1 || number > (percent ? 100 : MOST)) {
      problems.add(
          "%s: '%s' is neither a number from 1 nor a percentage from 1 to 100"
              .formatted(where, number));
      return Optional.empty();
    }
    return Optional.of(new Amount(number, percent));
  }

  private Optional<Rate> rate(BatchRate rate) {
    int perMinute = rate.getPerMinute();
    double factor = rate.getFactor() == 0 ? 1 : rate.getFactor();
    if (perMinute < 1 || perMinute > Rate.MOST_PER_MINUTE) {
      problems.add(
          "rate: %d per minute is not from 1 to %d".formatted(perMinute, Rate.MOST_PER_MINUTE));
      return Optional.empty();
    }
    if (!(factor >= 1 && factor <= 5)) {
      problems.add("rate: the factor %s is not from 1 to 5".formatted(factor));
      return Optional.empty();
    }
    int every = rate.getEvery() == 0 ? perMinute : rate.getEvery();
    return Optional.of(new Rate(perMinute, factor, Math.max(1, every)));
  }

  private Gate gate(BatchGate gate) {
    if (gate.getThen() == BatchGate.Then.UNRECOGNIZED) {
      problems.add("gate: 'then' is neither next nor pause");
    }
    return new Gate(
        gate.getThen() != BatchGate.Then.NEXT,
        duration(gate.getSoakMs(), Duration.ZERO, "gate: soak"),
        Optional.of(gate.getQuery()).filter(query -> !query.isBlank()));
  }

  private StopRule stop(io.godwit.contract.StopRule stop) {
    Set<Outcome> ignored = EnumSet.noneOf(Outcome.class);
    for (String word : stop.getIgnoreList()) {
      Outcome.find(word)
          .filter(Outcome::isFailure)
          .ifPresentOrElse(
              ignored::add,
              () -> problems.add("stop: '%s' is no outcome that counts".formatted(word)));
    }
    return new StopRule(
        stop.hasBatch() ? amount(stop.getBatch(), "stop") : Optional.empty(),
        stop.hasWave() ? amount(stop.getWave(), "stop in a wave") : Optional.empty(),
        ignored,
        number(stop.getMinimum(), 0, "stop: minimum"));
  }

  private Limits limits(BatchLimits limits) {
    return new Limits(
        number(limits.getOverall(), Limits.STANDARD.overall(), "limits: overall"),
        number(limits.getPerHost(), Limits.STANDARD.perHost(), "limits: per host"),
        number(limits.getPerDevice(), Limits.STANDARD.perDevice(), "limits: per device"));
  }

  private Timeouts timeouts(BatchTimeouts timeouts) {
    Map<String, Duration> phases = new HashMap<>();
    timeouts
        .getPhasesMsMap()
        .forEach((phase, millis) -> {
          if (!PHASES.contains(phase)) {
            problems.add("timeouts: there is no phase '%s'".formatted(phase));
          } else if (millis == 0) {
            problems.add("timeouts: no time is left for '%s'".formatted(phase));
          } else {
            phases.put(phase, duration(millis, Duration.ZERO, "timeouts: " + phase));
          }
        });
    Duration batch = duration(timeouts.getBatchMs(), Timeouts.STANDARD.batch(), "timeouts: batch");
    if (batch.compareTo(Timeouts.LONGEST_BATCH) > 0) {
      problems.add(
          "timeouts: a batch takes %d days at most, since what is known of it is not kept for ever"
              .formatted(Timeouts.LONGEST_BATCH.toDays()));
    }
    return new Timeouts(
        duration(timeouts.getStartMs(), Timeouts.STANDARD.start(), "timeouts: start"),
        duration(timeouts.getMigrationMs(), Timeouts.STANDARD.migration(), "timeouts: migration"),
        duration(timeouts.getPerGibMs(), Timeouts.STANDARD.perGib(), "timeouts: per GiB"),
        phases,
        batch);
  }

  private Retries retries(BatchRetries retries) {
    for (String word : retries.getTimesMap().keySet()) {
      if (Outcome.find(word).filter(outcome -> !outcome.isRepeatable()).isPresent()) {
        problems.add("retry: what is '%s' is never tried again by itself".formatted(word));
      }
    }
    double factor = retries.getFactor() == 0 ? Retries.NONE.factor() : retries.getFactor();
    if (!(factor >= 1 && factor <= 10)) {
      problems.add("retry: the factor %s is not from 1 to 10".formatted(factor));
      factor = 1;
    }
    return new Retries(
        retries.getTimesMap(),
        duration(retries.getBackoffMs(), Retries.NONE.backoff(), "retry: backoff"),
        factor,
        duration(retries.getMostMs(), Retries.NONE.most(), "retry: most"));
  }

  private Optional<Window> window(BatchWindow window) {
    Duration length = duration(window.getDurationMs(), Duration.ZERO, "window: duration");
    if (length.compareTo(Duration.ofMinutes(1)) < 0 || length.compareTo(Duration.ofDays(7)) > 0) {
      problems.add("window: the duration is not from a minute to 7 days");
      return Optional.empty();
    }
    Window.End end =
        switch (window.getEnd()) {
          case FINISH -> Window.End.FINISH;
          case STOP -> Window.End.STOP;
          case ABORT -> Window.End.ABORT;
          case UNRECOGNIZED -> {
            problems.add("window: its end is neither finish nor stop nor abort");
            yield Window.End.STOP;
          }
        };
    try {
      ZoneId zone = window.getZone().isEmpty() ? ZoneOffset.UTC : ZoneId.of(window.getZone());
      return Optional.of(new Window(Cron.parse(window.getCron()), zone, length, end));
    } catch (DateTimeException e) {
      problems.add("window: there is no time zone '%s'".formatted(window.getZone()));
    } catch (IllegalArgumentException e) {
      problems.add("window: " + e.getMessage());
    }
    return Optional.empty();
  }

  private Policy policy(BatchPolicy policy) {
    return new Policy(
        policy.getLabelsMap(),
        duration(policy.getFreezeBudgetMs(), Duration.ZERO, "freeze budget"),
        policy.getOptions(),
        policy.getRemoveSource(),
        policy.getSkip());
  }

  private int number(int given, int standard, String where) {
    if (given < 0 || given > MOST) {
      problems.add("%s: %d is too many".formatted(where, Integer.toUnsignedLong(given)));
      return standard;
    }
    return given == 0 ? standard : given;
  }

  private Duration duration(long millis, Duration standard, String where) {
    if (millis < 0 || millis > Duration.ofDays(365).toMillis()) {
      problems.add(where + ": longer than a year");
      return standard;
    }
    return millis == 0 ? standard : Duration.ofMillis(millis);
  }
}
