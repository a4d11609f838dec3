package io.godwit.checkpointer.source;

import java.io.IOException;
import java.util.List;

/** Lists the processes of a container as they are now; {@link ProcessTable#ofContainer} does. */
@FunctionalInterface
public interface ContainerProcesses {
  List<HostProcess> ofContainer(String containerId) throws IOException;
}
