package io.godwit.batch.state;

import io.godwit.batch.spec.Outcome;
import io.godwit.batch.state.Member.Now;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The members of a batch, with what must be known of them without looking through all. Not for
 * several threads.
 */
public final class Roster {
  private final List<Member> members = new ArrayList<>();
  private final List<Tally> waves = new ArrayList<>();
  private final Tally all = new Tally();
  private final Map<Integer, Member> flying = new TreeMap<>();
  private final TreeSet<Integer> doubted = new TreeSet<>();
  private final Map<String, Integer> placed = new HashMap<>();
  private final Map<String, Integer> turns = new HashMap<>();
  private final List<Integer> again = new ArrayList<>();
  private int started;

  void join(Member member) {
    members.add(member);
    tally(member.wave()).joined(member.isOpen());
    all.joined(member.isOpen());
    if (member.isOpen()) {
      again.add(member.index());
    }
  }

  void replace(Member member) {
    members.set(member.index(), member);
  }

  void start(Member member, Now.Flying flight) {
    placed.merge(flight.device(), 1, Integer::sum);
    started++;
    turns.put(member.host(), started);
    set(member.with(flight));
  }

  void end(Member member, Now.Done done) {
    gone(done);
    tally(member.wave()).ended(done.outcome(), done.at());
    all.ended(done.outcome(), done.at());
    set(member.with(done));
  }

  /** It failed and waits for its next try. */
  void wait(Member member, Now.Done failed, Now.Waiting next) {
    gone(failed);
    set(member.with(next));
    again.add(member.index());
  }

  private void gone(Now.Done done) {
    boolean mayBeThere = done.outcome() == Outcome.SUCCEEDED || done.outcome() == Outcome.IN_DOUBT;
    if (!mayBeThere && done.attempts() > 0) {
      placed.merge(done.device(), -1, Integer::sum);
    }
  }

  /** What was said of its end is taken back. */
  void undo(Member member, Now.Done done) {
    tally(member.wave()).undone(done.outcome());
    all.undone(done.outcome());
  }

  void move(Member member, int wave, Now.Waiting next) {
    tally(member.wave()).left();
    tally(wave).joined(true);
    set(member.inWave(wave, next));
    again.add(member.index());
  }

  void set(Member member) {
    members.set(member.index(), member);
    if (member.now() instanceof Now.Flying) {
      flying.put(member.index(), member);
    } else {
      flying.remove(member.index());
    }
    if (member.now() instanceof Now.Done done && done.outcome() == Outcome.IN_DOUBT) {
      doubted.add(member.index());
    } else {
      doubted.remove(member.index());
    }
  }

  void forgive() {
    all.forgive();
    waves.forEach(Tally::forgive);
  }

  private Tally tally(int number) {
    while (waves.size() <= number) {
      waves.add(new Tally());
    }
    return waves.get(number);
  }

  Optional<Member> find(int index) {
    return index >= 0 && index < members.size()
        ? Optional.of(members.get(index))
        : Optional.empty();
  }

  /** By index. */
  public List<Member> members() {
    return Collections.unmodifiableList(members);
  }

  /** Those under way, by index. */
  public Collection<Member> flying() {
    return Collections.unmodifiableCollection(flying.values());
  }

  /** Those in doubt. */
  public List<Member> doubted() {
    return doubted.stream().map(members::get).toList();
  }

  /** Of each wave. */
  public List<Tally> waves() {
    return Collections.unmodifiableList(waves);
  }

  /** Of all members. */
  public Tally all() {
    return all;
  }

  /** How many are on a device, or on their way there. */
  public int placedOn(String device) {
    return placed.getOrDefault(device, 0);
  }

  /** The how-manieth start was the last from a host; 0: there was none. */
  public int lastTurnOf(String host) {
    return turns.getOrDefault(host, 0);
  }

  /** Members that came to wait since the last call; for whoever keeps queues of them. */
  public List<Integer> takeAgain() {
    List<Integer> taken = List.copyOf(again);
    again.clear();
    return taken;
  }
}
