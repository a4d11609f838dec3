package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.CredsEntry;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.InetSkEntry;
import io.godwit.criu.field.InventoryEntry;
import io.godwit.criu.field.MntEntry;
import io.godwit.criu.field.RegFileEntry;
import io.godwit.criu.field.SeccompEntry;
import io.godwit.criu.field.SeccompFilter;
import io.godwit.criu.field.TaskCoreEntry;
import io.godwit.criu.field.TaskKobjIdsEntry;
import io.godwit.criu.field.ThreadCoreEntry;
import io.godwit.criu.field.TimerfdEntry;
import io.godwit.criu.field.UtsnsEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What the process state is bound to on the device. */
final class EnvironmentTest {
  @Test
  void filesReferToTheDevicesMountAtTheSamePlace() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    Converted converted = Converted.of(what);
    for (String path : List.of("/tmp/t", "/data/lock", "/dev/null", "/data")) {
      long mount = converted.file(path).zigzag(RegFileEntry.MNT_ID).orElseThrow();
      String expected = path.startsWith("/tmp") ? "/tmp" : path.startsWith("/dev") ? "/dev" : "/";
      assertEquals(expected, mountPoint(what.template(), mount), path);
    }
  }

  @Test
  void fileOnAMountThatTheDeviceLacksIsRefusedByName() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    EditedFolder plain = Corpus.folder("template-aarch64");
    Corpus.Case without =
        new Corpus.Case(
            what.source(),
            plain,
            what.sourceIsa(),
            what.targetIsa(),
            what.criu(),
            what.executables());
    List<String> reasons = Converted.refusals(without);
    assertTrue(
        reasons.contains("/tmp/t is on a mount at /tmp, where the device has none"),
        reasons.toString());
    assertTrue(
        reasons.contains("the container has /t on a tmpfs at /tmp, where the device has none"),
        reasons.toString());
  }

  @Test
  void contentsOfTmpfsGoToTheMountAtTheSamePlace() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    Converted converted = Converted.of(what);
    assertArrayEquals(
        what.source().bytes("tmpfs-dev-63.tar.gz.img"),
        converted.files().bytes("tmpfs-dev-40.tar.gz.img"));
  }

  @Test
  void tmpfsThatOnlyTheSourcesRuntimeMakesIsLeftOut() throws Exception {
    Converted converted = Converted.of(Corpus.counter());
    assertTrue(
        converted.report("tmpfs").stream()
            .anyMatch(line -> line.subject().equals("/sys/fs/cgroup") && line.to().equals("none")));
    assertEquals(
        Corpus.counter().template().names().stream()
            .filter(name -> name.startsWith("tmpfs"))
            .toList(),
        converted.files().names().stream().filter(name -> name.startsWith("tmpfs")).toList());
  }

  @Test
  void namespacesAreBoundByRole() throws Exception {
    Corpus.Case what = Corpus.counterHome();
    Message device = what.template().image(ImageKind.IDS, 1).only();
    Message source = what.source().image(ImageKind.IDS, 1).only();
    Message ids = Converted.of(what).files().image(ImageKind.IDS, 1).only();
    for (int field = TaskKobjIdsEntry.PID_NS_ID; field <= TaskKobjIdsEntry.TIME_NS_ID; field++) {
      assertEquals(device.varint(field), ids.varint(field), "field " + field);
    }
    assertEquals(
        source.requireVarint(TaskKobjIdsEntry.FILES_ID),
        ids.requireVarint(TaskKobjIdsEntry.FILES_ID));
  }

  @Test
  void imageOfANamespaceGetsTheDevicesNumber() throws Exception {
    Corpus.Case what = Corpus.counterHome();
    Converted converted = Converted.of(what);
    // The source runs in a time namespace of its own since CRIU restored it there.
    assertArrayEquals(
        what.source().bytes("timens-13.img"), converted.files().bytes("timens-0.img"));
    assertFalse(converted.files().names().contains("timens-13.img"));
  }

  @Test
  void hostNameIsTheSources() throws Exception {
    Corpus.Case what = Corpus.counter();
    assertEquals(
        what.source().image(ImageKind.UTSNS, 12).only().requireString(UtsnsEntry.NODENAME),
        Converted.of(what)
            .files()
            .image(ImageKind.UTSNS, 12)
            .only()
            .requireString(UtsnsEntry.NODENAME));
  }

  @Test
  void processInANamespaceOfItsOwnIsRefused() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    what.source()
        .editOnly(
            ImageName.of(ImageKind.IDS, 8), ids -> ids.withVarint(TaskKobjIdsEntry.UTS_NS_ID, 77));
    assertEquals(
        List.of(
            "process 8 is in a namespace of its own (host name), for which the device's container"
                + " has no place"),
        Converted.refusals(what));
  }

  @Test
  void socketsBelongToTheDevicesNetwork() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    renumberNetwork(what.template(), 33);
    Message socket =
        Converted.of(what).files().image(ImageKind.FILES).messages().stream()
            .flatMap(entry -> entry.message(FileEntry.ISK).stream())
            .findFirst()
            .orElseThrow();
    assertEquals(33, socket.requireVarint(InetSkEntry.NS_ID));
  }

  @Test
  void capabilitiesStayWithinTheDevicesBounds() throws Exception {
    Corpus.Case what = Corpus.counter();
    editCreds(
        what.template(), creds -> creds.withVarints(CredsEntry.CAP_BND, List.of(0x3L, 0L), false));
    editCreds(
        what.source(), creds -> creds.withVarints(CredsEntry.CAP_EFF, List.of(0x6L, 1L), false));
    Message creds = Converted.of(what).thread(1).requireMessage(ThreadCoreEntry.CREDS);
    assertEquals(List.of(0x2L, 0L), creds.varints(CredsEntry.CAP_EFF));
    assertEquals(List.of(0x3L, 0L), creds.varints(CredsEntry.CAP_BND));
  }

  @Test
  void noNewPrivilegesOfEitherSideHolds() throws Exception {
    Corpus.Case byDevice = Corpus.counter();
    editCreds(byDevice.template(), creds -> creds.withVarint(CredsEntry.NO_NEW_PRIVS, 1));
    Corpus.Case byProgram = Corpus.counter();
    editCreds(byProgram.source(), creds -> creds.withVarint(CredsEntry.NO_NEW_PRIVS, 1));
    for (Corpus.Case what : List.of(byDevice, byProgram)) {
      assertEquals(
          1,
          Converted.of(what)
              .thread(1)
              .requireMessage(ThreadCoreEntry.CREDS)
              .requireVarint(CredsEntry.NO_NEW_PRIVS));
    }
  }

  @Test
  void securityProfileIsTheDevices() throws Exception {
    Corpus.Case what = Corpus.counter();
    editCreds(what.source(), creds -> creds.withString(CredsEntry.LSM_PROFILE, "unconfined"));
    editCreds(what.template(), creds -> creds.withString(CredsEntry.LSM_PROFILE, "docker-default"));
    assertEquals(
        "docker-default",
        Converted.of(what)
            .thread(1)
            .requireMessage(ThreadCoreEntry.CREDS)
            .requireString(CredsEntry.LSM_PROFILE));
  }

  @Test
  void filterOfTheProgramsOwnIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source()
        .editOnly(
            ImageName.of(ImageKind.SECCOMP),
            seccomp -> {
              List<Message> filters =
                  new ArrayList<>(seccomp.messages(SeccompEntry.SECCOMP_FILTERS));
              filters.add(filters.getFirst().withVarint(SeccompFilter.PREV, 0));
              return seccomp.withMessages(SeccompEntry.SECCOMP_FILTERS, filters);
            })
        .editOnly(
            ImageName.of(ImageKind.CORE, 1),
            core ->
                core.withMessage(
                    CoreEntry.THREAD_CORE,
                    core.requireMessage(CoreEntry.THREAD_CORE)
                        .withVarint(ThreadCoreEntry.SECCOMP_FILTER, 1)));
    assertEquals(
        List.of("thread 1 runs under 1 seccomp filters of its own, which cannot move"),
        Converted.refusals(what));
  }

  @Test
  void resourceLimitsAreNotWidened() throws Exception {
    Corpus.Case what = Corpus.counter();
    Message bounds = limits(what.template().image(ImageKind.CORE, 1).only());
    Message before = limits(what.source().image(ImageKind.CORE, 1).only());
    Message after = limits(Converted.of(what).core(1));
    for (int i = 0; i < 16; i++) {
      long hard = after.messages(1).get(i).requireVarint(2);
      assertTrue(
          Long.compareUnsigned(hard, bounds.messages(1).get(i).requireVarint(2)) <= 0, "" + i);
      assertTrue(
          Long.compareUnsigned(hard, before.messages(1).get(i).requireVarint(2)) <= 0, "" + i);
    }
  }

  @Test
  void connectionsThatWereDumpedClosedAreMarkedSo() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    assertEquals(
        1,
        Converted.of(what)
            .files()
            .image(ImageKind.INVENTORY)
            .only()
            .requireVarint(InventoryEntry.TCP_CLOSE));
  }

  @Test
  void timerThatHadRunOutUnreadGoesOn() throws Exception {
    Corpus.Case what = Corpus.menagerie();
    what.source()
        .edit(
            ImageName.of(ImageKind.FILES),
            files ->
                files.map(file ->
                    file.message(FileEntry.TFD)
                        .map(timer ->
                            file.withMessage(
                                FileEntry.TFD,
                                timer
                                    .withVarint(TimerfdEntry.VSEC, 0)
                                    .withVarint(TimerfdEntry.VNSEC, 0)
                                    .withVarint(TimerfdEntry.ISEC, 0)
                                    .withVarint(TimerfdEntry.INSEC, 50_000_000)))
                        .orElse(file)));
    List<Long> left =
        Converted.of(what).files().image(ImageKind.FILES).messages().stream()
            .flatMap(file -> file.message(FileEntry.TFD).stream())
            .map(timer -> timer.requireVarint(TimerfdEntry.VNSEC))
            .toList();
    assertEquals(List.of(50_000_000L), left);
  }

  @Test
  void inheritedStreamsKeepTheirNames() throws Exception {
    Corpus.Case what = Corpus.counter();
    Converted converted = Converted.of(what);
    String names = new String(converted.files().bytes("descriptors.json"), StandardCharsets.UTF_8);
    EntryImage files = converted.files().image(ImageKind.FILES);
    for (Message file : files.messages()) {
      file.message(FileEntry.PIPE)
          .ifPresent(pipe -> assertTrue(names.contains("pipe:[" + pipe.requireVarint(2) + "]")));
    }
  }

  @Test
  void checkpointWithoutDescriptorsIsRefused() throws Exception {
    Corpus.Case what = Corpus.counter();
    what.source().remove("descriptors.json");
    assertEquals(
        List.of("the checkpoint has no descriptors.json, so its standard streams cannot be bound"),
        Converted.refusals(what));
  }

  private static Message limits(Message core) {
    return core.requireMessage(CoreEntry.TC).requireMessage(TaskCoreEntry.RLIMITS);
  }

  private static void editCreds(EditedFolder folder, UnaryOperator<Message> change) {
    folder.editOnly(
        ImageName.of(ImageKind.CORE, 1),
        core -> {
          Message thread = core.requireMessage(CoreEntry.THREAD_CORE);
          Message creds = change.apply(thread.requireMessage(ThreadCoreEntry.CREDS));
          return core.withMessage(
              CoreEntry.THREAD_CORE, thread.withMessage(ThreadCoreEntry.CREDS, creds));
        });
  }

  private static void renumberNetwork(EditedFolder folder, long number) {
    folder.editOnly(
        ImageName.of(ImageKind.IDS, 1), ids -> ids.withVarint(TaskKobjIdsEntry.NET_NS_ID, number));
  }

  private static String mountPoint(EditedFolder template, long id) {
    return template.image(ImageKind.MOUNTPOINTS, 13).messages().stream()
        .filter(mount -> mount.requireVarint(MntEntry.MNT_ID) == id)
        .map(mount -> mount.requireString(MntEntry.MOUNTPOINT))
        .findFirst()
        .orElseThrow();
  }
}
