package io.godwit.checkpointer.source;

import io.godwit.docker.CommandRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a container's network filters, by the kernel's tables of iptables (iptables-save(8)). A
 * table that was looked at once stays in its network with nothing in it, so rules count, not
 * tables.
 */
public final class Firewall {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** What the kernel lists tables in, and the program that reads them. */
  private static final Map<String, String> FAMILIES =
      Map.of(
          "ip_tables_names", "iptables-legacy-save",
          "ip6_tables_names", "ip6tables-legacy-save");

  /** A rule, a chain of somebody's own, or a chain of the kernel's that lets not everything by. */
  private static final Pattern MADE = Pattern.compile("(?m)^(-A |:\\S+ (?!ACCEPT\\b))");

  private final ProcFs proc;
  private final CommandRunner commands;

  public Firewall(ProcFs proc, CommandRunner commands) {
    this.proc = proc;
    this.commands = commands;
  }

  /**
   * The tables in which anything is, by name. One that cannot be read counts as one with rules.
   *
   * @param process any one in the network
   */
  public Set<String> tables(HostProcess process) throws IOException {
    Set<String> tables = new TreeSet<>();
    for (Map.Entry<String, String> family : FAMILIES.entrySet()) {
      for (String table : proc.network(process, family.getKey()).lines().toList()) {
        if (hasRules(process, family.getValue(), table)) {
          tables.add(table);
        }
      }
    }
    return tables;
  }

  private boolean hasRules(HostProcess process, String program, String table) throws IOException {
    Path network = proc.folder().resolve(Long.toString(process.pid())).resolve("ns/net");
    CommandRunner.Result saved =
        commands.run(List.of("nsenter", "--net=" + network, program, "-t", table), PATIENCE);
    return saved.exit() != 0 || MADE.matcher(saved.text()).find();
  }
}
