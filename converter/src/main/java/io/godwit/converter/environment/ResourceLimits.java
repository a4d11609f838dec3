package io.godwit.converter.environment;

import io.godwit.criu.Message;
import java.util.ArrayList;
import java.util.List;

/** Resource limits (setrlimit(2)) in the order of their numbers, which both ISAs share. */
final class ResourceLimits {
  private static final int LIMITS = 1;
  private static final int SOFT = 1;
  private static final int HARD = 2;
  private static final List<String> NAMES =
      List.of(
          "CPU",
          "FSIZE",
          "DATA",
          "STACK",
          "CORE",
          "RSS",
          "NPROC",
          "NOFILE",
          "MEMLOCK",
          "AS",
          "LOCKS",
          "SIGPENDING",
          "MSGQUEUE",
          "NICE",
          "RTPRIO",
          "RTTIME");

  /** Is told of every limit that becomes lower. */
  @FunctionalInterface
  interface Lowered {
    void lowered(String limit, String from, String to);
  }

  private ResourceLimits() {}

  /**
   * Limits of which no hard one is above that of the bounds, and no soft one above its hard one.
   * Infinity is the largest unsigned number.
   */
  static Message within(Message limits, Message bounds, Lowered lowered) {
    List<Message> own = limits.messages(LIMITS);
    List<Message> most = bounds.messages(LIMITS);
    List<Message> result = new ArrayList<>(own);
    for (int i = 0; i < Math.min(own.size(), most.size()); i++) {
      Message limit = own.get(i);
      long hard = least(limit.requireVarint(HARD), most.get(i).requireVarint(HARD));
      long soft = least(limit.requireVarint(SOFT), hard);
      Message changed = limit.withVarint(SOFT, soft).withVarint(HARD, hard);
      if (!changed.equals(limit)) {
        result.set(i, changed);
        lowered.lowered("limit " + name(i), text(limit), text(changed));
      }
    }
    return limits.withMessages(LIMITS, result);
  }

  private static long least(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }

  private static String name(int number) {
    return number < NAMES.size() ? NAMES.get(number) : Integer.toString(number);
  }

  private static String text(Message limit) {
    return value(limit.requireVarint(SOFT)) + " of " + value(limit.requireVarint(HARD));
  }

  private static String value(long limit) {
    return limit == -1 ? "unlimited" : Long.toUnsignedString(limit);
  }
}
