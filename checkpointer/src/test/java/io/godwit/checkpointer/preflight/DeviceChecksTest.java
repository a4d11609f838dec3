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
    assertOne("There is no device toaster. Known are: board, phone.", checks.alive("toaster"));
  }

  @Test
  void deviceThatWasNotHeardOfIsTakenForDead() {
    devices.put(Device.profile(clock).build());
    clock.sleep(Duration.ofSeconds(30));
    assertTrue(checks.alive(Device.NAME).isEmpty());
    clock.sleep(Duration.ofSeconds(1));
    assertOne("last heard of 31 s ago", checks.alive(Device.NAME));
  }

  @Test
  void devicesOwnReasonsAreHandedOn() {
    devices.put(Device.profile(clock).addUnfit("criu is missing").addUnfit("no room").build());
    assertEquals(2, checks.alive(Device.NAME).size());
  }

  @Test
  void largerPagesAreRefused() {
    assertOne("pages of 16384 bytes", reasons(Device.profile(clock).setPageSize(16384)));
  }

  @Test
  void tooFewAddressBitsAreRefused() {
    assertOne("needs 47", reasons(Device.profile(clock).setVaBits(39)));
    assertTrue(reasons(Device.profile(clock).setVaBits(47)).isEmpty());
  }

  @Test
  void oldOrMissingCriuIsRefused() {
    assertOne("4.1 is the least", reasons(Device.profile(clock).setCriuVersion("3.17.1")));
    assertOne("CRIU ''", reasons(Device.profile(clock).setCriuVersion("")));
  }

  @Test
  void tooLittleRoomIsRefusedWithBothNumbers() {
    assertOne("room for 99 MiB", reasons(Device.profile(clock).setFreeBytes(99L << 20)));
  }

  @Test
  void tooLittleMemoryIsRefusedWithBothNumbers() {
    assertOne(
        "59 MiB of memory", reasons(Device.profile(clock).setAvailableMemoryBytes(59L << 20)));
    assertTrue(reasons(Device.profile(clock).setAvailableMemoryBytes(60L << 20)).isEmpty());
  }

  @Test
  void requestMayTakeTheCpusDifferenceUponItself() {
    DeviceProfile pc = Device.profile(clock).setIsa(IsaName.X86_64).addCpuFeatures("avx2").build();
    List<String> reasons = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    MoveOptions allowed = MoveOptions.newBuilder().setAllowCpuDifference(true).build();
    checks.fits(pc, DEMAND, allowed, reasons, warnings);
    assertTrue(reasons.isEmpty(), reasons::toString);
    assertOne("avx512f", warnings);
  }

  @Test
  void registersThatCriuDropsAreRefusedUnlessTheRequestAllowsIt() {
    HostFacts board = host(Isa.AARCH64, "fp", "asimd", "sve");
    DeviceProfile like = Device.profile(clock).addAllCpuFeatures(board.cpuFeatures()).build();
    DeviceChecks onBoard = new DeviceChecks(devices, board, clock);
    List<String> reasons = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    onBoard.fits(like, DEMAND, MoveOptions.getDefaultInstance(), reasons, warnings);
    assertOne("The CPU features sve of this host have registers", reasons);
    MoveOptions allowed = MoveOptions.newBuilder().setAllowCpuDifference(true).build();
    onBoard.fits(like, DEMAND, allowed, new ArrayList<>(), warnings);
    assertOne("The CPU features sve of this host have registers", warnings);
  }

  @Test
  void cpuFeaturesCountOnlyWhereTheIsaStays() {
    DeviceProfile.Builder pc = Device.profile(clock).setIsa(IsaName.X86_64).addCpuFeatures("avx2");
    assertOne("avx512f", reasons(pc));
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

  private List<String> reasons(DeviceProfile.Builder device) {
    List<String> reasons = new ArrayList<>();
    checks.fits(
        device.build(), DEMAND, MoveOptions.getDefaultInstance(), reasons, new ArrayList<>());
    return reasons;
  }

  private static HostFacts host(Isa isa, String... cpuFeatures) {
    return new HostFacts(
        "here", isa, 4096, List.of(cpuFeatures), Optional.of(new CriuVersion(4, 2, 1)));
  }

  private static void assertOne(String part, List<String> reasons) {
    assertEquals(1, reasons.size(), reasons::toString);
    assertTrue(reasons.getFirst().contains(part), reasons.getFirst());
  }
}
