/**
 * The {@code godwit} command. Each subcommand is one class; what they share is the connection to
 * Kafka ({@link io.godwit.cli.Connection}), the reading of topics ({@link
 * io.godwit.cli.TopicReader}), what is known of a migration by events and log ({@link
 * io.godwit.cli.Known}) and the exit codes ({@link io.godwit.cli.ExitStatus}).
 */
@NullMarked
package io.godwit.cli;

import org.jspecify.annotations.NullMarked;
