package io.godwit.cli;

import picocli.CommandLine.Command;

/** {@code godwit setup}: what an operator does once, before the services start. */
@Command(
    name = "setup",
    mixinStandardHelpOptions = true,
    subcommands = {SetupKafkaCommand.class, SetupStoreCommand.class},
    description =
        "Makes what the services stand on and looks whether what is there already is as it must be.")
final class Setup {}
