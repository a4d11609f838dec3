package io.godwit.converter.environment;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.FileShape;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.TimerfdEntry;
import java.io.IOException;
import java.util.stream.IntStream;

/**
 * Lets timers go on that had run out, unread, when they were dumped. The kernel starts a timerfd's
 * next period only when somebody reads it (fs/timerfd.c), so until then /proc says that no time is
 * left, CRIU dumps that, and its restore by timerfd_settime(2) with no time left disarms the timer:
 * the program would read this once and then wait for ever. Here such a timer gets its interval as
 * the time that is left (files.img).
 */
public final class TimerDescriptors implements Step {
  @Override
  public void apply(Draft draft) throws IOException {
    draft.change(
        ImageName.of(ImageKind.FILES),
        files ->
            files.map(file ->
                FileShape.of(file).filter(FileShape.TIMERFD::equals).isPresent()
                    ? FileShape.TIMERFD.change(file, timer -> goingOn(draft, file, timer))
                    : file));
  }

  private static Message goingOn(Draft draft, Message file, Message timer) {
    boolean periodic = isSet(timer, TimerfdEntry.ISEC, TimerfdEntry.INSEC);
    if (isSet(timer, TimerfdEntry.VSEC, TimerfdEntry.VNSEC) || !periodic) {
      return timer;
    }
    draft.report(
        "timers",
        FileShape.TIMERFD.describe(file),
        "no time left",
        "one interval",
        "it has run out unread, and CRIU would restore it as one that is not armed");
    return timer
        .withVarint(TimerfdEntry.VSEC, timer.requireVarint(TimerfdEntry.ISEC))
        .withVarint(TimerfdEntry.VNSEC, timer.requireVarint(TimerfdEntry.INSEC));
  }

  private static boolean isSet(Message timer, int... fields) {
    return IntStream.of(fields).anyMatch(field -> timer.requireVarint(field) != 0);
  }
}
