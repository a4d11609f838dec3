package io.godwit.batch.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a batch was asked to be.
 *
 * @param name for people; may be empty
 * @param sources what any of them selects is a member
 * @param rate empty: as the limits allow
 * @param window empty: at any time
 * @param approval waits for people once it is planned and checked
 * @param dryRun plans and checks, and touches nothing
 * @param follow containers that come to be selected later are members, too
 * @param policies the first that is for a container holds; after them {@code defaults}
 */
public record Spec(
    String name,
    List<ContainerSelector> sources,
    DeviceSelector targets,
    Waves waves,
    Optional<Rate> rate,
    Gate gate,
    StopRule stop,
    Limits limits,
    Timeouts timeouts,
    Retries retries,
    Optional<Window> window,
    boolean approval,
    boolean dryRun,
    boolean follow,
    Policy defaults,
    List<Policy> policies) {
  public Spec {
    sources = List.copyOf(sources);
    policies = List.copyOf(policies);
  }

  /** Place of the policy for a container with these labels, counted from 1; 0: the defaults. */
  public int policyFor(Map<String, String> labels) {
    for (int place = 0; place < policies.size(); place++) {
      if (ContainerSelector.holds(policies.get(place).labels(), labels)) {
        return place + 1;
      }
    }
    return 0;
  }

  /** The policy at a place. */
  public Policy policy(int place) {
    return place < 1 || place > policies.size() ? defaults : policies.get(place - 1);
  }
}
