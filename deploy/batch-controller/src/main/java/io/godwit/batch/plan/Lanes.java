package io.godwit.batch.plan;

import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The members of a batch's present wave that wait, a queue for each host. Only what saves looking
 * through all members: it can be made anew at any time.
 */
public final class Lanes {
  private record Due(int member, Instant at) {}

  private final Batch batch;
  private final Map<String, Deque<Integer>> byHost = new HashMap<>();
  private final PriorityQueue<Due> later = new PriorityQueue<>(Comparator.comparing(Due::at));
  private int wave = -1;

  public Lanes(Batch batch) {
    this.batch = batch;
  }

  /** Follows the batch to its present wave and takes in who waits again. */
  public void follow(Instant now) {
    List<Integer> again = batch.roster().takeAgain();
    if (wave != batch.wave()) {
      wave = batch.wave();
      byHost.clear();
      later.clear();
      batch.roster().members().stream().filter(this::isOfWave).forEach(this::enqueue);
    } else {
      again.stream()
          .map(batch.roster().members()::get)
          .filter(this::isOfWave)
          .forEach(this::enqueue);
    }
    while (!later.isEmpty() && !later.peek().at().isAfter(now)) {
      Member member = batch.roster().members().get(later.remove().member());
      lane(member.host()).addLast(member.index());
    }
  }

  private boolean isOfWave(Member member) {
    return member.wave() == wave && member.now() instanceof Now.Waiting;
  }

  private void enqueue(Member member) {
    if (member.now() instanceof Now.Waiting(int _, Instant notBefore)
        && notBefore.isAfter(Instant.EPOCH)) {
      later.add(new Due(member.index(), notBefore));
    } else {
      lane(member.host()).addLast(member.index());
    }
  }

  private Deque<Integer> lane(String host) {
    return byHost.computeIfAbsent(host, _ -> new ArrayDeque<>());
  }

  /** Hosts on which somebody waits, or has waited. */
  Collection<String> hosts() {
    return byHost.keySet();
  }

  boolean isEmpty() {
    return byHost.values().stream().allMatch(Deque::isEmpty);
  }

  /** Takes the next of a host out; those that do not wait any more are passed over. */
  Optional<Member> poll(String host) {
    Deque<Integer> lane = lane(host);
    while (!lane.isEmpty()) {
      Member member = batch.roster().members().get(lane.removeFirst());
      if (isOfWave(member)) {
        return Optional.of(member);
      }
    }
    byHost.remove(host);
    return Optional.empty();
  }

  /** Puts one back, behind the others of its host. */
  void putBack(Member member) {
    lane(member.host()).addLast(member.index());
  }

  int length(String host) {
    return byHost.containsKey(host) ? lane(host).size() : 0;
  }

  /** When the next that waits after a failure may be tried; empty: none does. */
  Optional<Instant> nextRetry() {
    return Optional.ofNullable(later.peek()).map(Due::at);
  }
}
