package io.godwit.messaging;

import com.google.protobuf.InvalidProtocolBufferException;
import io.godwit.contract.Attempt;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Decision;
import io.godwit.contract.PagesAhead;
import io.godwit.contract.Preparation;
import io.godwit.contract.Rehearsal;
import io.godwit.trust.KeyName;
import io.godwit.trust.Role;
import java.util.function.Predicate;

/**
 * Who may say what. Requests and batches come from people and programs of others, events and what
 * machines say of themselves decide nothing: whoever can write them may. A batch controller's Abort
 * is an operator's.
 */
final class Speakers {
  private Speakers() {}

  /** Whether the records of a topic are to be signed. */
  static boolean sign(Topic topic) {
    return switch (topic) {
      case PREPARATIONS, PAGES, REHEARSALS, CHECKPOINTS, CONVERSIONS, DECISIONS -> true;
      case REQUESTS, BATCHES, HOSTS, EVENTS, DEVICES, DEAD_LETTERS -> false;
    };
  }

  /**
   * Whose word a record is.
   *
   * @throws PoisonException when it is no record of its topic
   */
  static Predicate<KeyName> of(Topic topic, byte[] value) throws PoisonException {
    try {
      return switch (topic) {
        case PREPARATIONS -> as(Role.HOST, Preparation.parseFrom(value).getHost());
        case PAGES -> as(Role.HOST, PagesAhead.parseFrom(value).getHost());
        case REHEARSALS -> as(Role.DEVICE, Rehearsal.parseFrom(value).getDevice());
        case CHECKPOINTS -> as(Role.HOST, Checkpoint.parseFrom(value).getHost());
        case CONVERSIONS -> signer -> signer.speaksAs(Role.CONVERTER);
        case DECISIONS -> of(Decision.parseFrom(value));
        case REQUESTS, BATCHES, HOSTS, EVENTS, DEVICES, DEAD_LETTERS -> _ -> true;
      };
    } catch (InvalidProtocolBufferException e) {
      throw new PoisonException("the record is none of its topic: " + e.getMessage(), e);
    }
  }

  /** An abort lets the source go on, which is the right of all but devices. */
  static Predicate<KeyName> of(Decision decision) {
    return switch (decision.getKindCase()) {
      case CLAIM -> device(decision.getClaim().getAttempt(), decision.getClaim().getDevice());
      case SUCCEEDED ->
          device(decision.getSucceeded().getAttempt(), decision.getSucceeded().getDevice());
      case FAILED -> device(decision.getFailed().getAttempt(), decision.getFailed().getDevice());
      case RESOLVED -> signer -> signer.speaksAs(Role.OPERATOR);
      case ABORT ->
          signer ->
              signer.speaksAs(Role.HOST)
                  || signer.speaksAs(Role.CONVERTER)
                  || signer.speaksAs(Role.OPERATOR);
      case KIND_NOT_SET -> _ -> true;
    };
  }

  /** The one that the attempt is for, whatever the record calls itself. */
  private static Predicate<KeyName> device(Attempt attempt, String device) {
    return as(Role.DEVICE, attempt.getDevice().isEmpty() ? device : attempt.getDevice());
  }

  private static Predicate<KeyName> as(Role role, String machine) {
    return signer -> signer.speaksAs(role, machine);
  }
}
