package io.godwit.converter.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobException;
import io.godwit.blob.BlobStore;
import io.godwit.blob.GrantingPublisher;
import io.godwit.blob.Manifests;
import io.godwit.contract.Abort;
import io.godwit.contract.Attempt;
import io.godwit.contract.BlobRef;
import io.godwit.contract.Checkpoint;
import io.godwit.contract.Conversion;
import io.godwit.contract.Decision;
import io.godwit.contract.Event;
import io.godwit.contract.IsaName;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Phase;
import io.godwit.contract.Segment;
import io.godwit.contract.Template;
import io.godwit.contract.Twin;
import io.godwit.converter.Graft;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.field.CoreEntry;
import io.godwit.messaging.EventPublisher;
import io.godwit.messaging.Topic;
import io.godwit.messaging.Verdict;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointHandlerTest {
  private static final String MIGRATION = "3d6f0a51-0000-4000-8000-000000000001";
  private static final Attempt ATTEMPT =
      Attempt.newBuilder().setEpoch(1).setDeviceInstance("phone-1").build();

  private final MemoryBlobStore blobs = new MemoryBlobStore();
  private final MemoryLog log = new MemoryLog();
  private final Clock clock = Clock.fixed(Instant.ofEpochSecond(1_800_000_000), ZoneOffset.UTC);
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  @TempDir Path folder;

  @Test
  void publishesTheConversionForTheDevice() throws Exception {
    Checkpoint checkpoint = checkpoint().build();
    handle(checkpoint);
    assertEquals(List.of("pi"), log.keys(Topic.CONVERSIONS));
    Conversion conversion = conversion();
    assertEquals(MIGRATION, conversion.getMigrationId());
    assertEquals(checkpoint.getTwinsList(), conversion.getTwinsList());
    assertEquals(checkpoint.getLayer(), conversion.getLayer());
    assertEquals(checkpoint.getExpiresAtMs(), conversion.getExpiresAtMs());
    assertTrue(conversion.getReportCount() > 20);
    assertEquals("convert", conversion.getPhasesList().getLast().getPhase());
    assertTrue(conversion.getPhasesList().getLast().getFrozen());
  }

  @Test
  void whatTheDeviceFetchesIsTheConversion() throws Exception {
    handle(checkpoint().build());
    Path images = folder.resolve("device");
    new Manifests(blobs).materialise(conversion().getImages(), images, BlobStore.SILENT);
    ImageFolder converted = ImageFolder.of(images);
    assertTrue(converted.entries(ImageKind.CORE, 1).only().has(CoreEntry.TI_AARCH64));
    // Finds the pages file of the size that the pagemap says, put together from its segments.
    converted.pagemap(1, 4096);
  }

  @Test
  void pagesAreReferredToNotCopied() throws Exception {
    Checkpoint checkpoint = checkpoint().build();
    handle(checkpoint);
    ManifestFile pages = file(conversion().getImages(), "pages-1.img");
    Set<BlobRef> given =
        Set.of(
            blob(file(checkpoint.getImages(), "pages-1.img")),
            blob(file(checkpoint.getTemplate().getImages(), "pages-1.img")));
    assertEquals(
        given, pages.getSegmentsList().stream().map(s -> s.getBlob()).collect(Collectors.toSet()));
  }

  @Test
  void pagesAreReadInSmallParts() throws Exception {
    byte[] pages = Files.readAllBytes(corpus("counter-x86_64").resolve("pages-1.img"));
    Segment part =
        Segment.newBuilder()
            .setBlob(blobs.put(Arrays.copyOf(pages, 8 << 20)).toRef())
            .setLength(pages.length)
            .build();
    Checkpoint.Builder checkpoint = checkpoint();
    replace(checkpoint, ManifestFile.newBuilder().setName("pages-1.img").addSegments(part).build());
    handle(checkpoint.build());
    assertEquals(1, log.on(Topic.CONVERSIONS).size());
    assertTrue(blobs.largestRead() <= 1 << 20, () -> blobs.largestRead() + " bytes at once");
  }

  @Test
  void seenTwiceGivesTheSameImages() throws Exception {
    handle(checkpoint().build());
    handle(checkpoint().build());
    List<Conversion> conversions =
        log.on(Topic.CONVERSIONS).stream().map(Conversion.class::cast).toList();
    assertEquals(2, conversions.size());
    assertEquals(conversions.getFirst(), conversions.getLast());
  }

  @Test
  void whatIsDecidedAlreadyIsLeftAlone() throws Exception {
    log.append(
        Decision.newBuilder()
            .setMigrationId(MIGRATION)
            .setAbort(
                Abort.newBuilder().setBy("checkpointer").setReason("deadline").setAttempt(ATTEMPT))
            .build());
    handle(checkpoint().build());
    assertEquals(List.of(), log.on(Topic.CONVERSIONS));
    assertEquals(1, log.read(MIGRATION).size());
  }

  @Test
  void checkpointThatCannotGoOnIsAbortedSoThatTheSourceGoesOn() throws Exception {
    handle(checkpoint().clearTwins().build());
    Verdict.Aborted verdict =
        assertInstanceOf(Verdict.Aborted.class, Verdict.of(log.read(MIGRATION), ATTEMPT));
    assertEquals("converter", verdict.by());
    assertTrue(verdict.reason().contains("/counter, which has no twin"), verdict.reason());
    assertEquals(List.of(), log.on(Topic.CONVERSIONS));
  }

  @Test
  void reasonOfAnAbortIsToldToPeople() throws Exception {
    handle(checkpoint().clearTwins().build());
    List<Event> events = log.on(Topic.EVENTS).stream().map(Event.class::cast).toList();
    assertTrue(events.getLast().getMessage().startsWith("cannot go on on pi: "));
    assertTrue(
        events.getLast().getRefusalsList().stream().anyMatch(why -> why.getKind().equals("twin")));
    assertEquals(
        events.getLast().getRefusalsList(),
        log.read(MIGRATION).getLast().getAbort().getRefusalsList());
  }

  @Test
  void damagedImageIsAbortedWithItsNameAndPlace() throws Exception {
    Checkpoint.Builder checkpoint = checkpoint();
    replace(checkpoint, "core-1.img", new byte[] {1, 2, 3});
    handle(checkpoint.build());
    Verdict.Aborted verdict =
        assertInstanceOf(Verdict.Aborted.class, Verdict.of(log.read(MIGRATION), ATTEMPT));
    assertTrue(verdict.reason().contains("core-1.img magic at byte 0"), verdict.reason());
  }

  @Test
  void executableThatIsNoneIsAborted() throws Exception {
    Checkpoint.Builder checkpoint = checkpoint();
    Blob script = blobs.put("#!/bin/sh\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    checkpoint.setTwins(0, checkpoint.getTwins(0).toBuilder().setTarget(script.toRef()).build());
    handle(checkpoint.build());
    Verdict.Aborted verdict =
        assertInstanceOf(Verdict.Aborted.class, Verdict.of(log.read(MIGRATION), ATTEMPT));
    assertTrue(verdict.reason().contains("/counter (twin) at byte 0"), verdict.reason());
  }

  @Test
  void missingBlobIsTriedAgainNotAborted() throws Exception {
    Checkpoint checkpoint = checkpoint().build();
    blobs.lose(Blob.of(blob(file(checkpoint.getImages(), "mm-1.img"))));
    assertThrows(BlobException.class, () -> handle(checkpoint));
    assertEquals(List.of(), log.read(MIGRATION));
  }

  @Test
  void leavesNoFilesBehind() throws Exception {
    handle(checkpoint().build());
    try (var left = Files.list(folder.resolve("work"))) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void saysWhenItIsDone() throws Exception {
    handle(checkpoint().build());
    List<Event> events = log.on(Topic.EVENTS).stream().map(Event.class::cast).toList();
    assertEquals(
        List.of(Phase.CONVERTING, Phase.CONVERTED), events.stream().map(Event::getPhase).toList());
    assertEquals(conversion().getReportList(), events.getLast().getReportList());
  }

  @Test
  void deviceMayReadAllThatItsConversionNamesForAWeekAtTheMost() throws Exception {
    handle(templateOf("pi", blobs.ofDevice("pi")));
    Conversion conversion = conversion();
    Set<String> named =
        conversion.getImages().getFilesList().stream()
            .flatMap(file -> Manifests.segments(file).stream())
            .map(segment -> segment.getBlob().getFolder() + segment.getBlob().getSha256())
            .collect(Collectors.toSet());
    Set<String> granted =
        conversion.getGrantsList().stream()
            .map(grant -> grant.getFolder() + grant.getSha256())
            .collect(Collectors.toSet());
    assertTrue(granted.containsAll(named), () -> named + " of " + granted);
    assertTrue(named.stream().anyMatch(blob -> blob.startsWith("from/pi/")), named.toString());
    assertTrue(conversion.getGrants(0).getUrl().endsWith(" for PT168H"), conversion.toString());
  }

  @Test
  void templateThatNamesAnotherDevicesBlobsIsAborted() throws Exception {
    handle(templateOf("pi", blobs.ofDevice("other")));
    Verdict.Aborted verdict =
        assertInstanceOf(Verdict.Aborted.class, Verdict.of(log.read(MIGRATION), ATTEMPT));
    assertTrue(
        verdict
            .reason()
            .contains(
                "the template of device pi names a blob in from/other/, which is not its own folder"),
        verdict.reason());
  }

  @Test
  void deviceThatNamesBlobsInNobodysFolderIsGivenNoRights() throws Exception {
    handle(checkpoint().build());
    assertEquals(List.of(), conversion().getGrantsList());
  }

  private Checkpoint templateOf(String device, BlobStore store) throws IOException {
    Checkpoint.Builder checkpoint = checkpoint().setDevice(device);
    checkpoint
        .getTemplateBuilder()
        .setImages(new Manifests(store).upload(corpus("template-aarch64"), BlobStore.SILENT));
    return checkpoint.build();
  }

  private void handle(Checkpoint checkpoint) throws IOException {
    try (EventPublisher events = new EventPublisher(log, "converter", clock)) {
      new CheckpointHandler(
              new Graft(),
              blobs,
              log,
              new GrantingPublisher(
                  log, (blob, valid) -> blob.folder() + blob.sha256() + " for " + valid, clock),
              events,
              metrics,
              folder.resolve("work"),
              clock)
          .handle(MIGRATION, checkpoint);
    }
  }

  private Conversion conversion() {
    return (Conversion) log.on(Topic.CONVERSIONS).getFirst();
  }

  private Checkpoint.Builder checkpoint() throws IOException {
    Manifests manifests = new Manifests(blobs);
    return Checkpoint.newBuilder()
        .setMigrationId(MIGRATION)
        .setAttempt(ATTEMPT)
        .setHost("here")
        .setDevice("pi")
        .setSourceIsa(IsaName.X86_64)
        .setTargetIsa(IsaName.AARCH64)
        .setCriuVersion("4.2.1")
        .setImages(manifests.upload(corpus("counter-x86_64"), BlobStore.SILENT))
        .setTemplate(
            Template.newBuilder()
                .setImages(manifests.upload(corpus("template-aarch64"), BlobStore.SILENT))
                .setIsa(IsaName.AARCH64)
                .setCriuVersion("4.1.1")
                .setPageSize(4096))
        .addTwins(
            Twin.newBuilder()
                .setExecutable("/counter")
                .setSource(program("counter_x86-64"))
                .setTarget(program("counter_aarch64"))
                .setMode(0755))
        .setExpiresAtMs(1_900_000_000_000L);
  }

  private void replace(Checkpoint.Builder checkpoint, String name, byte[] content) {
    replace(
        checkpoint,
        ManifestFile.newBuilder().setName(name).setBlob(blobs.put(content).toRef()).build());
  }

  private static void replace(Checkpoint.Builder checkpoint, ManifestFile file) {
    Manifest.Builder images = checkpoint.getImages().toBuilder();
    for (int i = 0; i < images.getFilesCount(); i++) {
      if (images.getFiles(i).getName().equals(file.getName())) {
        images.setFiles(i, file);
      }
    }
    checkpoint.setImages(images);
  }

  private BlobRef program(String name) throws IOException {
    return blobs.put(Files.readAllBytes(corpus("programs").resolve(name))).toRef();
  }

  private static ManifestFile file(Manifest manifest, String name) {
    return manifest.getFilesList().stream()
        .filter(file -> file.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Small files lie together in one blob, each a segment of it. */
  private static BlobRef blob(ManifestFile file) {
    return file.hasBlob() ? file.getBlob() : file.getSegments(0).getBlob();
  }

  private static Path corpus(String name) {
    try {
      return Path.of(CheckpointHandlerTest.class.getResource("/corpus/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }
}
