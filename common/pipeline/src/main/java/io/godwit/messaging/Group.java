package io.godwit.messaging;

/**
 * Who reads a topic together. Every subscription has a group of its own in Kafka: the prefix of the
 * topics, this name and the topic.
 *
 * @param name of the service, and of the machine where each machine reads for itself
 * @param alone whether there is one member only, which then keeps its place over a restart and
 *     takes it over from a predecessor that died
 */
public record Group(String name, boolean alone) {
  /** What it is called in Kafka where it reads this topic. */
  String id(TopicNames names, Topic topic) {
    return names.prefix() + name + "." + topic.baseName();
  }

  /** Members share the work: each record is handled by one of them. */
  public static Group shared(String service) {
    return new Group(service, false);
  }

  /**
   * One machine's service reads for itself, {@code <service>.<machine>}. A second process with the
   * same name takes its place: the first then stops with an error.
   */
  public static Group of(String service, String machine) {
    return new Group(service + "." + machine, true);
  }
}
