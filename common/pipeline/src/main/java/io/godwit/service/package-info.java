/**
 * What every service is made of: {@link io.godwit.service.Settings} from the environment, {@link
 * io.godwit.service.ServiceRuntime} for the order of start and stop, {@link
 * io.godwit.service.Liveness} (a service lives while its workers get on), {@link
 * io.godwit.service.Metric} for what it measures and {@link io.godwit.service.MonitoringServer} for
 * who wants to know.
 */
@NullMarked
package io.godwit.service;

import org.jspecify.annotations.NullMarked;
