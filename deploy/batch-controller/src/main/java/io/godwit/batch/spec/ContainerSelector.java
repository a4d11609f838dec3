package io.godwit.batch.spec;

import java.util.List;
import java.util.Map;

/**
 * Which containers are members: all that is said must hold, and what is not said holds for all.
 *
 * @param labels an empty value is any
 * @param image its name; without a tag any tag
 * @param containers names or ids, or the beginning of an id, twelve characters at least
 */
public record ContainerSelector(
    List<String> hosts, Map<String, String> labels, String image, List<String> containers) {
  private static final int SHORT_ID = 12;

  public ContainerSelector {
    hosts = List.copyOf(hosts);
    labels = Map.copyOf(labels);
    containers = List.copyOf(containers);
  }

  /** Everything on a host. */
  public static ContainerSelector ofHost(String host) {
    return new ContainerSelector(List.of(host), Map.of(), "", List.of());
  }

  /** Whether it selects this one. */
  public boolean selects(
      String host, String id, String name, String itsImage, Map<String, String> itsLabels) {
    return (hosts.isEmpty() || hosts.contains(host))
        && (containers.isEmpty() || containers.stream().anyMatch(word -> names(word, id, name)))
        && (image.isEmpty() || isImage(itsImage))
        && holds(labels, itsLabels);
  }

  private static boolean names(String word, String id, String name) {
    return word.equals(name) || (word.length() >= SHORT_ID && id.startsWith(word));
  }

  private boolean isImage(String its) {
    return its.equals(image) || its.startsWith(image + ":") || its.startsWith(image + "@");
  }

  /** Whether all of these labels are there; an empty value is any. */
  public static boolean holds(Map<String, String> wanted, Map<String, String> there) {
    return wanted.entrySet().stream()
        .allMatch(label ->
            there.containsKey(label.getKey())
                && (label.getValue().isEmpty()
                    || label.getValue().equals(there.get(label.getKey()))));
  }
}
