package io.godwit.checkpointer.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.docker.Container;
import io.godwit.docker.DockerException;
import io.godwit.docker.EngineImage;
import io.godwit.docker.EngineInfo;
import io.godwit.docker.RestartPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** An Engine with one container, which outlives the service. */
public final class FakeEngine extends UnaskedEngine {
  public static final String ID = "c".repeat(64);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What survives the service: it is the machine's. */
  public static final class World {
    private boolean exists = true;
    private String restartPolicy = "always";
    private Map<Long, Long> dumped = new HashMap<>();
    private boolean dumpFails;
    private boolean paused;
    private int freshStarts;
    private final Map<String, List<Integer>> refusals = new HashMap<>();
    private long unnoticedPid;
    private int glancesUntilNoticed;
    private volatile CountDownLatch hangs = new CountDownLatch(0);
    private boolean mayStartAfresh;
    private Optional<Path> restoredFrom = Optional.empty();
    private String restoredPages = "";

    /** Whether no call comes back, or is done, as long as this is so. */
    public void setHangs(boolean does) {
      hangs.countDown();
      hangs = new CountDownLatch(does ? 1 : 0);
    }

    /** Whether it is right to start the container from its beginning. */
    public void setMayStartAfresh(boolean may) {
      this.mayStartAfresh = may;
    }

    /** Somebody has set it. */
    public void setRestartPolicy(String policy) {
      restartPolicy = policy;
    }

    /** Where the images were that CRIU restored last. */
    public Optional<Path> restoredFrom() {
      return restoredFrom;
    }

    /** The pages that it restored last. */
    public String restoredPages() {
      return restoredPages;
    }

    /** Whether CRIU refuses to dump. */
    public void setDumpFails(boolean dumpFails) {
      this.dumpFails = dumpFails;
    }

    /** How many of the next restores start from the beginning instead. */
    public void setFreshStarts(int freshStarts) {
      this.freshStarts = freshStarts;
    }

    /**
     * What the Engine answers to the next calls of a kind instead of doing them.
     *
     * @param call a method's name
     * @param statuses HTTP's; 0: nothing, though it was asked
     */
    public void setRefusals(String call, Integer... statuses) {
      refusals.put(call, new ArrayList<>(List.of(statuses)));
    }

    public boolean exists() {
      return exists;
    }

    /** Its containers were killed with it. */
    void killed() {
      paused = false;
    }

    public String restartPolicy() {
      return restartPolicy;
    }
  }

  /** How often it is still said to run after a dump: the Engine learns of its end from the shim. */
  private static final int LATE = 3;

  private final Path root;
  private final Path upper;
  private final Path conf;
  private final FakeProcesses processes;
  private final FakeProcesses.World program;
  private final Crash crash;
  private final World world;

  /**
   * @param conf CRIU's options, as runc hands them on
   */
  public FakeEngine(
      Path root,
      Path upper,
      Path conf,
      FakeProcesses processes,
      FakeProcesses.World program,
      Crash crash,
      World world) {
    this.root = root;
    this.upper = upper;
    this.conf = conf;
    this.processes = processes;
    this.program = program;
    this.crash = crash;
    this.world = world;
  }

  /** Where a checkpoint lies. */
  public static Path checkpoints(Path root) {
    return root.resolve("containers").resolve(ID).resolve("checkpoints");
  }

  @Override
  public EngineInfo info() {
    return new EngineInfo("26.1.5", root, "overlay2", true, 1, List.of(), "docker-init");
  }

  @Override
  public Optional<Container> inspect(String container) throws IOException {
    answer("inspect");
    if (!world.exists || !(container.equals("app") || container.equals(ID))) {
      return Optional.empty();
    }
    ObjectNode inspect = JSON.createObjectNode().put("Id", ID).put("Name", "/app");
    inspect.put("Image", "sha256:abc");
    ObjectNode state = inspect.putObject("State");
    boolean unnoticed = world.glancesUntilNoticed > 0;
    if (unnoticed) {
      world.glancesUntilNoticed--;
    }
    state.put(
        "Status",
        world.paused ? "paused" : unnoticed || program.pid().isPresent() ? "running" : "exited");
    state.put("Running", unnoticed || program.pid().isPresent());
    state.put("Pid", unnoticed ? world.unnoticedPid : program.pid().orElse(0L));
    ObjectNode host = inspect.putObject("HostConfig");
    host.putObject("RestartPolicy").put("Name", world.restartPolicy).put("MaximumRetryCount", 0);
    inspect.putObject("Config").putObject("Labels");
    ObjectNode driver = inspect.putObject("GraphDriver").put("Name", "overlay2");
    driver.putObject("Data").put("UpperDir", upper.toString());
    return Optional.of(Container.parse(inspect.toString()));
  }

  @Override
  public Optional<EngineImage> inspectImage(String image) {
    return Optional.of(new EngineImage("sha256:abc", 1000, List.of("app:latest")));
  }

  @Override
  public void saveImage(String image, Path into) throws IOException {
    Files.writeString(into, "an image");
  }

  @Override
  public void checkpoint(String container, String checkpoint, boolean exit) throws IOException {
    answer("checkpoint");
    crash.around(
        "the dump",
        () -> {
          if (world.dumpFails) {
            throw new DockerException.Refused(500, "criu failed");
          }
          Path folder = Files.createDirectories(checkpoints(root).resolve(checkpoint));
          Files.writeString(folder.resolve("descriptors.json"), "descriptors.json");
          for (String name : new String[] {"inventory.img", "pages-1.img"}) {
            Files.writeString(images().resolve(name), name);
          }
          if (exit) {
            world.unnoticedPid = program.pid().orElseThrow();
            world.glancesUntilNoticed = LATE;
            world.dumped = processes.kill();
          } else {
            world.dumped = processes.memory();
          }
          return true;
        });
  }

  @Override
  public void startFromCheckpoint(String container, String checkpoint) throws IOException {
    answer("startFromCheckpoint");
    crash.around(
        "the restore",
        () -> {
          if (world.glancesUntilNoticed > 0) {
            // It runs, as far as the Engine knows; that is no error.
            return false;
          }
          Path folder = checkpoints(root).resolve(checkpoint);
          if (!Files.exists(folder.resolve("descriptors.json"))
              || !Files.exists(images().resolve("inventory.img"))
              || program.pid().isPresent()) {
            throw new DockerException.Refused(500, "cannot restore");
          }
          if (world.freshStarts > 0) {
            world.freshStarts--;
            processes.startFresh(ID);
          } else {
            processes.appear(ID, world.dumped);
            world.restoredFrom = Optional.of(images());
            world.restoredPages = Files.readString(images().resolve("pages-1.img"));
          }
          return true;
        });
  }

  /** Where CRIU is told to put its images. */
  private Path images() throws IOException {
    String option = "images-dir ";
    return Files.readAllLines(conf).stream()
        .filter(line -> line.startsWith(option))
        .map(line -> Path.of(line.substring(option.length())))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void deleteCheckpoint(String container, String checkpoint) throws IOException {
    crash.around(
        "deleting the checkpoint",
        () -> {
          Path folder = checkpoints(root).resolve(checkpoint);
          if (Files.exists(folder)) {
            try (var files = Files.walk(folder)) {
              for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
              }
            }
          }
          return true;
        });
  }

  @Override
  public void setRestartPolicy(String container, RestartPolicy policy) throws IOException {
    answer("setRestartPolicy");
    crash.around("the restart policy", () -> world.restartPolicy = policy.name());
  }

  @Override
  public void pause(String container) throws IOException {
    answer("pause");
    crash.around(
        "pausing",
        () -> {
          require(!world.paused, "Container %s is already paused");
          require(program.pid().isPresent(), "Container %s is not running");
          processes.freezer("FROZEN");
          return world.paused = true;
        });
  }

  @Override
  public void unpause(String container) throws IOException {
    answer("unpause");
    crash.around(
        "unpausing",
        () -> {
          require(world.paused, "Container %s is not paused");
          // runc looks at the kernel (libcontainer, container_linux.go).
          require(processes.isFrozen(), "OCI runtime resume failed: container not paused");
          processes.freezer("THAWED");
          world.paused = false;
          return true;
        });
  }

  private void answer(String call) throws DockerException {
    try {
      world.hangs.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DockerException.Silent("nobody waits for it any more");
    }
    List<Integer> left = world.refusals.getOrDefault(call, List.of());
    if (!left.isEmpty()) {
      int status = left.removeFirst();
      String what = "the Engine does not " + call;
      throw status == 0
          ? new DockerException.Silent(what)
          : new DockerException.Refused(status, what);
    }
  }

  private static void require(boolean state, String otherwise) throws DockerException {
    if (!state) {
      throw new DockerException.Refused(500, otherwise.formatted(ID));
    }
  }

  @Override
  public void kill(String container) throws IOException {
    answer("kill");
    crash.around(
        "killing",
        () -> {
          require(program.pid().isPresent(), "Container %s is not running");
          world.paused = false;
          return processes.kill();
        });
  }

  @Override
  public void stop(String container, Duration grace) throws IOException {
    crash.around("stopping", processes::kill);
  }

  @Override
  public void remove(String container) throws IOException {
    crash.around("removing", () -> world.exists = false);
  }

  @Override
  public void start(String container) throws IOException {
    if (!world.mayStartAfresh) {
      throw new AssertionError("a checkpointer starts no container afresh");
    }
    processes.startFresh(ID);
  }
}
