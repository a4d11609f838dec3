package io.godwit.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What cannot be moved is refused with a sentence that says why, and stays untouched. */
@OnArm64
final class RefusalIT {
  @Test
  void namesTheDeviceThatDoesNotExist(World world) {
    String known = world.device().name();
    try (Counter counter = Counter.start(world, "e2e-nodevice")) {
      Shell.Result refused = world.godwit("migrate", counter.name(), "--to", "no-such-device");
      assertEquals(1, refused.exit(), refused.out());
      assertTrue(refused.err().contains("no-such-device"), refused.err());
      assertTrue(refused.err().contains(known), "the known ones: " + refused.err());
      counter.assertRunsOnHereOnly();
    }
  }

  @Test
  void namesTheContainerThatDoesNotExist(World world) {
    Shell.Result refused =
        world.godwit("migrate", "e2e-no-such-container", "--to", world.device().name());
    assertEquals(1, refused.exit(), refused.out());
    assertTrue(refused.err().contains("e2e-no-such-container"), refused.err());
  }

  @Test
  void namesTheTwinThatIsMissing(World world) {
    String name = "e2e-notwin";
    world.docker().remove(name);
    // The same program under a name beside which no twin lies.
    world
        .docker()
        .run("create", "--name", name, "--entrypoint", "/lonely", "godwit/counter")
        .orFail();
    String workloads = System.getProperty("godwit.root") + "/deploy/target/workloads/counter";
    world.docker().run("cp", workloads, name + ":/lonely").orFail();
    world.docker().run("start", name).orFail();
    try (Counter counter = new Counter(world, name)) {
      counter.awaitSourceBeyond(3);
      Shell.Result refused = world.godwit("migrate", name, "--to", world.device().name());
      assertEquals(1, refused.exit(), refused.out());
      assertTrue(refused.err().contains("/lonely_aarch64"), refused.err());
      counter.assertRunsOnHereOnly();
    }
  }
}
