package io.godwit.docker;

/** What an Engine has mounted in a container, as it tells it in {@code Mounts}. */
public sealed interface Mount {
  /** Where it is in the container. */
  String destination();

  /** Whether the container may write to it. */
  boolean writable();

  /**
   * A volume.
   *
   * @param source where its files lie on the machine
   */
  record Volume(String name, String driver, String source, String destination, boolean writable)
      implements Mount {}

  /**
   * A file or folder of the machine.
   *
   * @param source its path as it was asked for, links and all
   * @param propagation {@code rprivate} and so on; empty: the Engine's default
   */
  record Bind(String source, String destination, boolean writable, String propagation)
      implements Mount {}

  /** Memory. */
  record Tmpfs(String destination, boolean writable) implements Mount {}

  /** Something that Godwit does not know. */
  record Other(String type, String destination, boolean writable) implements Mount {}
}
