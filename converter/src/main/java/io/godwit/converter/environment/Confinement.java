package io.godwit.converter.environment;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Step;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.CredsEntry;
import io.godwit.criu.field.PstreeEntry;
import io.godwit.criu.field.TaskCoreEntry;
import io.godwit.criu.field.ThreadCoreEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Confines every thread as the device's runtime confined the probe: LSM profile, no_new_privs,
 * cgroups (core-*.img; the cgroups themselves are the template's), and the bounds of capabilities
 * and resources. What a process gave up by itself it does not get back: where both sides have a
 * bound, the tighter one holds. Seccomp filters are {@link SeccompFilters}'s.
 */
public final class Confinement implements Step {
  private static final String NAME = "confinement";

  @Override
  public void apply(Draft draft) throws IOException {
    Message probe = rootCore(draft.template());
    Message probeThread = probe.requireMessage(CoreEntry.THREAD_CORE);
    Message probeTask = probe.requireMessage(CoreEntry.TC);
    for (ImageName image : draft.images(ImageKind.CORE)) {
      EntryImage core = draft.image(image);
      Message changed = core.only();
      Optional<Message> thread = changed.message(CoreEntry.THREAD_CORE);
      if (thread.isPresent()) {
        changed =
            changed.withMessage(
                CoreEntry.THREAD_CORE, thread(draft, image, thread.get(), probeThread));
      }
      Optional<Message> task = changed.message(CoreEntry.TC);
      if (task.isPresent()) {
        changed = changed.withMessage(CoreEntry.TC, task(draft, image, task.get(), probeTask));
      }
      Message confined = changed;
      draft.change(image, i -> i.withOnly(confined));
    }
  }

  private static Message thread(Draft draft, ImageName image, Message thread, Message probe) {
    Message result = take(thread, probe, ThreadCoreEntry.CG_SET);
    report(draft, image, "cgroup set", thread, result, ThreadCoreEntry.CG_SET);
    Optional<Message> creds = thread.message(ThreadCoreEntry.CREDS);
    Optional<Message> bounds = probe.message(ThreadCoreEntry.CREDS);
    return creds.isPresent() && bounds.isPresent()
        ? result.withMessage(
            ThreadCoreEntry.CREDS, credentials(draft, image, creds.get(), bounds.get()))
        : result;
  }

  private static Message credentials(Draft draft, ImageName image, Message creds, Message probe) {
    Message result =
        copyBytes(
            creds,
            probe,
            CredsEntry.LSM_PROFILE,
            CredsEntry.LSM_SOCKCREATE,
            CredsEntry.APPARMOR_DATA);
    boolean locked =
        creds.bool(CredsEntry.NO_NEW_PRIVS).orElse(false)
            || probe.bool(CredsEntry.NO_NEW_PRIVS).orElse(false);
    if (locked) {
      result = result.withBool(CredsEntry.NO_NEW_PRIVS, true);
    }
    report(draft, image, "no_new_privs", creds, result, CredsEntry.NO_NEW_PRIVS);
    List<Long> bound = probe.varints(CredsEntry.CAP_BND);
    for (Capabilities set : Capabilities.values()) {
      List<Long> before = creds.varints(set.field());
      List<Long> after = Capabilities.within(before, bound);
      if (!before.equals(after)) {
        result = result.withVarints(set.field(), after, false);
        draft.report(
            NAME,
            image + " " + set.description(),
            Capabilities.hex(before),
            Capabilities.hex(after),
            "the device gives this container no more");
      }
    }
    return result;
  }

  private static Message task(Draft draft, ImageName image, Message task, Message probe) {
    Message result = task;
    if (task.has(TaskCoreEntry.CG_SET) || probe.has(TaskCoreEntry.CG_SET)) {
      result = take(result, probe, TaskCoreEntry.CG_SET);
    }
    result = take(result, probe, TaskCoreEntry.LOGINUID);
    OptionalLong own = task.varint(TaskCoreEntry.OOM_SCORE_ADJ);
    OptionalLong least = probe.varint(TaskCoreEntry.OOM_SCORE_ADJ);
    if (own.isPresent() && least.isPresent() && own.getAsLong() < least.getAsLong()) {
      result = result.withVarint(TaskCoreEntry.OOM_SCORE_ADJ, least.getAsLong());
      report(draft, image, "oom_score_adj", task, result, TaskCoreEntry.OOM_SCORE_ADJ);
    }
    Optional<Message> limits = task.message(TaskCoreEntry.RLIMITS);
    Optional<Message> bounds = probe.message(TaskCoreEntry.RLIMITS);
    if (limits.isPresent() && bounds.isPresent()) {
      Message within =
          ResourceLimits.within(
              limits.get(),
              bounds.get(),
              (limit, from, to) ->
                  draft.report(
                      NAME,
                      image + " " + limit,
                      from,
                      to,
                      "the device allows this container less"));
      result = result.withMessage(TaskCoreEntry.RLIMITS, within);
    }
    return result;
  }

  private static Message rootCore(ImageFolder template) throws IOException {
    Message first = template.entries(ImageKind.PSTREE).messages().getFirst();
    return template.entries(ImageKind.CORE, first.requireVarint(PstreeEntry.PID)).only();
  }

  private static Message take(Message message, Message from, int... fields) {
    Message result = message;
    for (int field : fields) {
      OptionalLong value = from.varint(field);
      result =
          value.isPresent() ? result.withVarint(field, value.getAsLong()) : result.without(field);
    }
    return result;
  }

  private static Message copyBytes(Message message, Message from, int... fields) {
    Message result = message;
    for (int field : fields) {
      result = result.without(field);
      if (from.bytes(field).isPresent()) {
        result = result.withBytes(field, from.bytes(field).get());
      }
    }
    return result;
  }

  private static void report(
      Draft draft, ImageName image, String what, Message before, Message after, int field) {
    List<String> texts = new ArrayList<>();
    for (Message message : List.of(before, after)) {
      OptionalLong value = message.varint(field);
      texts.add(value.isPresent() ? Long.toString(value.getAsLong()) : "none");
    }
    if (!texts.get(0).equals(texts.get(1))) {
      draft.report(
          NAME,
          image + " " + what,
          texts.get(0),
          texts.get(1),
          "the device confines the container, not the image");
    }
  }
}
