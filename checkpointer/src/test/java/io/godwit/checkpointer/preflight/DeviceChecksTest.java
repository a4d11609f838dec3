package io.godwit.checkpointer.preflight;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.source.HostFacts;
import io.godwit.checkpointer.testing.Device;
import io.godwit.checkpointer.testing.MemoryDevices;
import io.godwit.checkpointer.testing.TestClock;
import io.godwit.contract.DeviceProfile;
import io.godwit.contract.IsaName;
import io.godwit.contract.MoveOptions;
import io.godwit.criu.CriuVersion;
import io.godwit.isa.Isa;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DeviceChecksTest {
  private static final Demand DEMAND = new Demand(0x7fff_ffff_f000L, 60L << 20, 100L << 20);

  private final TestClock clock = new TestClock();
  private final MemoryDevices devices = new MemoryDevices();
  private final HostFacts host = host(Isa.X86_64, "fpu", "avx2", "avx512f");
  private final DeviceChecks checks = new DeviceChecks(devices, host, clock);

  @Test
  void nothingIsWrongWithAGoodDevice() {
    devices.put(Device.profile(clock).build());
    assertTrue(checks.alive(Device.NAME).isEmpty());
    assertTrue(reasons(Device.profile(clock)).isEmpty());
  }

  @Test
  void unknownDeviceIsRefusedWithTheKnownOnes() {
    devices.put(Device.profile(clock).build());
    devices.put(Device.profile(clock).setDevice("board").build());
    assertOne(
        RefusalKind.DEVICE_UNKNOWN,
        "There is no device toaster. Known are: board, phone.",
        checks.alive("toaster"));
  }

  @Test
  void deviceThatWasNotHeardOfIsTakenForDead() throws InterruptedException {
    devices.put(Device.profile(clock).build());
    clock.sleep(Duration.ofSeconds(30));
    assertTrue(checks.alive(Device.NAME).isEmpty());
    clock.sleep(Duration.ofSeconds(1));
    assertOne(RefusalKind.DEVICE_SILENT, "last heard of 31 s ago", checks.alive(Device.NAME));
  }

  @Test
  void devicesOwnReasonsAreHandedOn() {
    devices.put(Device.profile(clock).addUnfit("criu is missing").addUnfit("no room").build());
    assertEquals(2, checks.alive(Device.NAME).size());
  }

  @Test
  void largerPagesAreRefused() {
    assertOne(
        RefusalKind.PAGE_SIZE,
        "pages of 16384 bytes",
        reasons(Device.profile(clock).setPageSize(16384)));
  }

  @Test
  void tooFewAddressBitsAreRefused() {
    assertOne(RefusalKind.ADDRESS_BITS, "needs 47", reasons(Device.profile(clock).setVaBits(39)));
    assertTrue(reasons(Device.profile(clock).setVaBits(47)).isEmpty());
  }

  @Test
  void oldOrMissingCriuIsRefused() {
    assertOne(
        RefusalKind.DEVICE_CRIU,
        "4.1 is the least",
        reasons(Device.profile(clock).setCriuVersion("3.17.1")));
    assertOne(
        RefusalKind.DEVICE_CRIU, "CRIU ''", reasons(Device.profile(clock).setCriuVersion("")));
  }

  @Test
  void tooLittleRoomIsRefusedWithBothNumbers() {
    assertOne(
        RefusalKind.DEVICE_DISK,
        "room for 99 MiB",
        reasons(Device.profile(clock).setFreeBytes(99L << 20)));
  }

  @Test
  void tooLittleMemoryIsRefusedWithBothNumbers() {
    assertOne(
        RefusalKind.DEVICE_MEMORY,
        "59 MiB of memory",
        reasons(Device.profile(clock).setAvailableMemoryBytes(59L << 20)));
    assertTrue(reasons(Device.profile(clock).setAvailableMemoryBytes(60L << 20)).isEmpty());
  }

  @Test
  void requestMayTakeTheCpusDifferenceUponItself() {
    DeviceProfile pc = Device.profile(clock).setIsa(IsaName.X86_64).addCpuFeatures("avx2").build();
    List<Refusal> refusals = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    MoveOptions allowed = MoveOptions.newBuilder().setAllowCpuDifference(true).build();
    checks.fits(pc, DEMAND, allowed, refusals, warnings);
    assertTrue(refusals.isEmpty(), refusals::toString);
    assertTrue(warnings.getFirst().contains("avx512f"), warnings::toString);
  }

  @Test
  void registersThatCriuDropsAreRefusedUnlessTheRequestAllowsIt() {
    HostFacts board = host(Isa.AARCH64, "fp", "asimd", "sve");
    DeviceProfile like = Device.profile(clock).addAllCpuFeatures(board.cpuFeatures()).build();
    DeviceChecks onBoard = new DeviceChecks(devices, board, clock);
    List<Refusal> refusals = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    onBoard.fits(like, DEMAND, MoveOptions.getDefaultInstance(), refusals, warnings);
    assertOne(RefusalKind.CPU_STATE, "The CPU features sve of this host have registers", refusals);
    MoveOptions allowed = MoveOptions.newBuilder().setAllowCpuDifference(true).build();
    onBoard.fits(like, DEMAND, allowed, new ArrayList<>(), warnings);
    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(warnings.getFirst().startsWith("The CPU features sve of this host have registers"));
  }

  @Test
  void cpuFeaturesCountOnlyWhereTheIsaStays() {
    DeviceProfile.Builder pc = Device.profile(clock).setIsa(IsaName.X86_64).addCpuFeatures("avx2");
    assertOne(RefusalKind.CPU_FEATURES, "avx512f", reasons(pc));
    assertTrue(reasons(Device.profile(clock).addCpuFeatures("asimd")).isEmpty());
  }

  @Test
  void everyReasonIsNamedNotTheFirst() {
    assertEquals(
        6,
        reasons(
                Device.profile(clock)
                    .setIsa(IsaName.ISA_UNSPECIFIED)
                    .setPageSize(65536)
                    .setVaBits(39)
                    .setCriuVersion("3.0")
                    .setStorageDriver("vfs")
                    .setFreeBytes(0))
            .size());
  }

  private List<Refusal> reasons(DeviceProfile.Builder device) {
    List<Refusal> refusals = new ArrayList<>();
    checks.fits(
        device.build(), DEMAND, MoveOptions.getDefaultInstance(), refusals, new ArrayList<>());
    return refusals;
  }

  private static HostFacts host(Isa isa, String... cpuFeatures) {
    return new HostFacts(
        "here", isa, 4096, List.of(cpuFeatures), Optional.of(new CriuVersion(4, 2, 1)));
  }

  private static void assertOne(RefusalKind kind, String part, List<Refusal> refusals) {
    assertEquals(1, refusals.size(), refusals::toString);
    assertEquals(kind, refusals.getFirst().kind());
    assertTrue(refusals.getFirst().words().contains(part), refusals.getFirst().words());
  }
}
