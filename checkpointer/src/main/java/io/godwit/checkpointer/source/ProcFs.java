package io.godwit.checkpointer.source;

import io.godwit.proc.MountInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code /proc} tells of one process or another (proc(5)). */
public final class ProcFs {
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
  private static final Pattern KEY = Pattern.compile("ProtectionKey:\\s+0*[1-9]\\d*");

  private static final String DELETED = " (deleted)";

  private final Path proc;
  private final ProcessTable all;

  /**
   * @param proc {@code /proc}, except in tests
   */
  public ProcFs(Path proc) {
    this.proc = proc;
    this.all = new ProcessTable(proc);
  }

  /** {@code /proc}, except in tests. */
  public Path folder() {
    return proc;
  }

  /** This run of the machine's kernel, which makes the name anew at each start (random(4)). */
  public String boot() throws IOException {
    return Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
  }

  /** The process with this pid, while there is one. */
  public Optional<HostProcess> find(long pid) throws IOException {
    try {
      return Optional.of(new HostProcess(pid, ProcessStat.read(folder(pid)).startTicks()));
    } catch (IOException e) {
      if (isGone(e)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** What {@link ProcessTable#ofContainer} gives. */
  public List<HostProcess> ofContainer(String containerId) throws IOException {
    return all.ofContainer(containerId);
  }

  /** Whether any process has all of these words among its arguments. */
  public boolean runsCommandWith(String... words) throws IOException {
    return !all.commandsWith(words).isEmpty();
  }

  /**
   * Whether what failed to be read failed because the process has ended, or is about to: then it
   * has no executable and no memory any more, though its number may still be there.
   */
  public boolean hasEnded(HostProcess process, IOException failure) throws IOException {
    return isGone(failure) || !find(process.pid()).equals(Optional.of(process));
  }

  /** The executable's path as the process's mount namespace has it. */
  public String executable(HostProcess process) throws IOException {
    return Files.readSymbolicLink(executableFile(process)).toString();
  }

  /** Opens as the executable itself, wherever it lies and even when it was deleted. */
  public Path executableFile(HostProcess process) {
    return folder(process.pid()).resolve("exe");
  }

  /** The process's root folder. Links below it lead out of it: do not follow them. */
  public Path root(HostProcess process) {
    return folder(process.pid()).resolve("root");
  }

  /** The entry of its auxiliary vector (getauxval(3)). */
  public OptionalLong auxiliary(HostProcess process, long type) throws IOException {
    return Auxv.find(folder(process.pid()).resolve("auxv"), type);
  }

  /** The pid of its parent, 0 where that is in no namespace that is seen from here. */
  public long parent(HostProcess process) throws IOException {
    return ProcessStat.read(folder(process.pid())).parent();
  }

  /**
   * Its namespaces by type, such as {@code net} with {@code net:[4026531833]} (namespaces(7)).
   *
   * @return those that its children would get, {@code pid_for_children} and the like, left out
   */
  public Map<String, String> namespaces(HostProcess process) throws IOException {
    Map<String, String> namespaces = new TreeMap<>();
    for (Path link : links(process, "ns")) {
      String type = String.valueOf(link.getFileName());
      if (!type.endsWith("_for_children")) {
        namespaces.put(type, Files.readSymbolicLink(link).toString());
      }
    }
    return namespaces;
  }

  /**
   * Whether it is in the namespace that this process is in.
   *
   * @param type such as {@code net}
   */
  public boolean sharesNamespace(HostProcess process, String type) throws IOException {
    String ours = Files.readSymbolicLink(proc.resolve("self/ns").resolve(type)).toString();
    return ours.equals(namespaces(process).get(type));
  }

  /** What its open descriptors lead to: paths, or names such as {@code anon_inode:[eventpoll]}. */
  public List<String> descriptors(HostProcess process) throws IOException {
    List<String> targets = new ArrayList<>();
    for (Path link : links(process, "fd")) {
      try {
        targets.add(Files.readSymbolicLink(link).toString());
      } catch (NoSuchFileException e) {
        // Closed meanwhile.
      }
    }
    return targets;
  }

  /**
   * What opens as a file that was deleted and that it has open or mapped; {@code /proc/PID/fd} and
   * {@code /proc/PID/map_files} lead there though it has no name.
   *
   * @return none of what never had a name: memory
   */
  public List<Path> deletedFiles(HostProcess process) throws IOException {
    List<Path> deleted = new ArrayList<>();
    for (String folder : List.of("fd", "map_files")) {
      for (Path link : links(process, folder)) {
        try {
          String target = Files.readSymbolicLink(link).toString();
          boolean nameless =
              target.startsWith("/memfd:")
                  || target.startsWith("/dev/zero")
                  || target.startsWith("/SYSV");
          if (target.startsWith("/") && target.endsWith(DELETED) && !nameless) {
            deleted.add(link);
          }
        } catch (NoSuchFileException e) {
          // Closed meanwhile.
        }
      }
    }
    return deleted;
  }

  /** The descriptor of a process that leads to this, as {@link #descriptors} has it. */
  public OptionalInt descriptorOf(HostProcess process, String target) throws IOException {
    for (Path link : links(process, "fd")) {
      try {
        if (Files.readSymbolicLink(link).toString().equals(target)) {
          return OptionalInt.of(Integer.parseInt(String.valueOf(link.getFileName())));
        }
      } catch (NoSuchFileException e) {
        // Closed meanwhile.
      }
    }
    return OptionalInt.empty();
  }

  /** What its inotify descriptors watch: the lines of their {@code fdinfo}, all together. */
  public String inotifyDescriptors(HostProcess process) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Path link : links(process, "fd")) {
      try {
        if (Files.readSymbolicLink(link).toString().equals("anon_inode:inotify")) {
          lines.append(read(process.pid(), "fdinfo/" + link.getFileName()));
        }
      } catch (NoSuchFileException e) {
        // Closed meanwhile.
      }
    }
    return lines.toString();
  }

  /** Its cgroups, as {@code /proc/PID/cgroup} has them. */
  public String cgroups(HostProcess process) throws IOException {
    return read(process.pid(), "cgroup");
  }

  /** The mounts that it sees. */
  public List<MountInfo> mounts(HostProcess process) throws IOException {
    return MountInfo.read(folder(process.pid()).resolve("mountinfo"));
  }

  /**
   * Whether these are the arguments of what is going to be a process of a container: the command of
   * {@code docker exec} or of a health check (runc, init.go).
   */
  public static boolean isRuncInit(List<String> arguments) {
    return arguments.size() == 2
        && arguments.getFirst().endsWith("runc")
        && arguments.getLast().equals("init");
  }

  /** The arguments that it was started with, or has given itself. */
  public List<String> arguments(HostProcess process) throws IOException {
    String line = read(process.pid(), "cmdline");
    String ended = line.endsWith("\0") ? line.substring(0, line.length() - 1) : line;
    return List.of(ended.split("\0", -1));
  }

  /** Whether memory of it is under another protection key than the default (pkeys(7)). */
  public boolean protectionKeys(HostProcess process) throws IOException {
    try (Stream<String> lines =
        Files.lines(folder(process.pid()).resolve("smaps"), StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> KEY.matcher(line).matches());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** A line of {@code /proc/PID/status} without its name, where the kernel has it. */
  public Optional<String> status(HostProcess process, String name) throws IOException {
    return line(read(process.pid(), "status"), name);
  }

  /** The same of this process. */
  public Optional<String> ownStatus(String name) throws IOException {
    return line(Files.readString(proc.resolve("self/status")), name);
  }

  private static Optional<String> line(String status, String name) {
    Matcher matcher =
        Pattern.compile("(?m)^" + Pattern.quote(name) + ":[ \\t]*(.*)$").matcher(status);
    return matcher.find() ? Optional.of(matcher.group(1).strip()) : Optional.empty();
  }

  /**
   * A table of its network namespace, with the sockets of everybody in it.
   *
   * @param table such as {@code tcp}, {@code unix} or {@code igmp}
   * @return empty where the kernel has no such protocol
   */
  public String network(HostProcess process, String table) throws IOException {
    try {
      return read(process.pid(), "net/" + table);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** What {@link #network} gives, of this process. */
  public String ownNetwork(String table) throws IOException {
    return Files.readString(proc.resolve("self/net").resolve(table));
  }

  /** Whether it has a controlling terminal, and another process is its session's leader. */
  public boolean sharesTerminal(HostProcess process) throws IOException {
    ProcessStat stat = ProcessStat.read(folder(process.pid()));
    return stat.hasTerminal() && stat.session() != process.pid();
  }

  /** How many threads it has. */
  public int threads(HostProcess process) throws IOException {
    return ProcessStat.read(folder(process.pid())).threads();
  }

  /** The memory that it occupies, in bytes. */
  public long residentBytes(HostProcess process) throws IOException {
    Matcher matcher = RESIDENT.matcher(read(process.pid(), "status"));
    return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : 0;
  }

  /** The end of its highest mapping, the kernel's own vsyscall page left out. */
  public long highestAddress(HostProcess process) throws IOException {
    try (Stream<String> lines = read(process.pid(), "maps").lines()) {
      return lines
          .map(line -> line.substring(line.indexOf('-') + 1, line.indexOf(' ')))
          .mapToLong(end -> Long.parseUnsignedLong(end, 16))
          .filter(end -> end > 0)
          .max()
          .orElse(0);
    }
  }

  /** None of a process that has ended meanwhile. */
  private List<Path> links(HostProcess process, String name) throws IOException {
    List<Path> links = new ArrayList<>();
    try (DirectoryStream<Path> entries =
        Files.newDirectoryStream(folder(process.pid()).resolve(name))) {
      entries.forEach(links::add);
    } catch (DirectoryIteratorException e) {
      IOException cause = Objects.requireNonNull(e.getCause());
      if (!isGone(cause)) {
        throw cause;
      }
    } catch (IOException e) {
      if (!isGone(e)) {
        throw e;
      }
    }
    return links;
  }

  private Path folder(long pid) {
    return proc.resolve(Long.toString(pid));
  }

  private String read(long pid, String name) throws IOException {
    return Files.readString(folder(pid).resolve(name), StandardCharsets.ISO_8859_1);
  }

  /** Whether a process has ended while its files were read: ENOENT on opening, ESRCH on reading. */
  public static boolean isGone(IOException e) {
    return e instanceof NoSuchFileException || "No such process".equals(e.getMessage());
  }
}
