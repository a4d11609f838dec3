package io.godwit.agent.rehearsal;

import io.godwit.agent.container.Containers;
import io.godwit.agent.container.Goods;
import io.godwit.agent.ready.WaitingContainers;
import io.godwit.agent.state.DevicePolicy;
import io.godwit.agent.state.Journal;
import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.Self;
import io.godwit.agent.state.StateFolder;
import io.godwit.agent.state.Workplace;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.Preparation;
import io.godwit.contract.Template;
import io.godwit.docker.Container;
import io.godwit.docker.ContainerSpec;
import io.godwit.messaging.PoisonException;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what goes ahead to this device, and tries the move there with the probe. */
public final class Rehearser {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearser.class);

  /** For what is still to come: notes, logs, and what changes until the freeze. */
  private static final long MARGIN = 64L << 20;

  private final Self self;
  private final Supplier<DeviceProfile> profile;
  private final Requirements requirements;
  private final Goods goods;
  private final Rehearsing rehearsing;
  private final WaitingContainers waiting;
  private final Journal journal;
  private final StateFolder state;
  private final DevicePolicy policy;

  /**
   * @param profile what this device has said of itself last
   */
  public Rehearser(
      Supplier<DeviceProfile> profile,
      Requirements requirements,
      Goods goods,
      Rehearsing rehearsing,
      WaitingContainers waiting,
      Workplace.Desk desk) {
    this.self = desk.self();
    this.profile = profile;
    this.requirements = requirements;
    this.goods = goods;
    this.rehearsing = rehearsing;
    this.waiting = waiting;
    this.journal = desk.journal();
    this.state = desk.state();
    this.policy = desk.policy();
  }

  /**
   * Rehearses, and has the container itself wait where this device can; else nothing stays but what
   * was staged.
   *
   * @throws RefusedException with every reason why this device cannot take the container
   * @throws PoisonException when its description cannot be read
   */
  Template rehearse(MigrationId id, Preparation preparation)
      throws PoisonException, IOException, RefusedException, InterruptedException {
    ContainerSpec wanted = wanted(preparation);
    long bytes =
        preparation.getContainer().getImage().getArchive().getSize()
            + preparation.getLayer().getArchive().getSize()
            + preparation.getTreesList().stream()
                .mapToLong(tree -> tree.getFiles().getArchive().getSize())
                .sum();
    List<Refusal> missing =
        new ArrayList<>(
            policy.objections(preparation.getHost(), wanted, preparation.getTreesList()));
    if (state.room() < bytes + MARGIN) {
      missing.add(
          new Refusal(
              RefusalKind.DEVICE_DISK,
              preparation.getDevice(),
              "There is room for %d bytes where this device's agent keeps what it fetches, and %d are needed."
                  .formatted(state.room(), bytes + MARGIN),
              "Make room there."));
    }
    missing.addAll(requirements.missing(id, wanted, preparation.getOptions(), bytes + MARGIN));
    if (!missing.isEmpty()) {
      throw new RefusedException(missing);
    }
    Template.Builder template = rehearsed(id, preparation, wanted);
    waiting
        .begin(id, preparation, wanted.withName(preparation.getOptions().getName()))
        .ifPresent(template::setWaiting);
    return template.build();
  }

  private Template.Builder rehearsed(MigrationId id, Preparation preparation, ContainerSpec wanted)
      throws IOException, RefusedException, InterruptedException {
    DeviceProfile device = profile.get();
    Journal.Entry entry = journal.write(Journal.Entry.rehearsal(id, Containers.rehearsalName(id)));
    try {
      goods.layers().noteAhead(id, preparation.getLayer());
      List<String> obstacles = goods.trees().stage(id, preparation, wanted);
      if (!obstacles.isEmpty()) {
        throw new RefusedException(
            obstacles.stream()
                .map(why -> new Refusal(RefusalKind.STAGING, wanted.name(), why))
                .toList());
      }
      String image = goods.images().ensure(preparation.getContainer().getImage());
      // Now, while the container runs: what is written out then need not be while it stands still.
      goods.disk().sync(List.of(state.staging(id)));
      Rehearsing.Rehearsed rehearsed =
          rehearsing.rehearse(
              id,
              goods.trees().forRehearsal(id, wanted).withImage(image),
              container -> goods.layers().fill(id, List.of(preparation.getLayer()), container));
      return Template.newBuilder()
          .setImages(rehearsed.images())
          .setRestoreMs(rehearsed.restore().toMillis())
          .setDeviceInstance(self.instance())
          .setIsa(device.getIsa())
          .setCriuVersion(device.getCriuVersion())
          .setKernel(device.getKernel())
          .setPageSize(device.getPageSize());
    } catch (IOException e) {
      throw new RefusedException(
          new Refusal(
              RefusalKind.STAGING,
              preparation.getContainer().getName(),
              "What the container needs cannot be brought here: " + e.getMessage()));
    } finally {
      tidyUp(entry);
    }
  }

  private void tidyUp(Journal.Entry entry) {
    try {
      rehearsing.tidyUp(entry.id());
      journal.remove(entry);
    } catch (IOException | InterruptedException e) {
      LOG.warn(
          "the rehearsal's container {} could not be removed; the next start of the agent does it",
          entry.container(),
          e);
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static ContainerSpec wanted(Preparation preparation) throws PoisonException {
    try {
      return ContainerSpec.of(
          Container.parse(preparation.getContainer().getInspectJson().toByteArray()));
    } catch (IOException | IllegalArgumentException e) {
      throw new PoisonException(
          "the preparation's description of the container cannot be read: " + e.getMessage(), e);
    }
  }
}
