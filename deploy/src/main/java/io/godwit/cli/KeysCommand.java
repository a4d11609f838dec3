package io.godwit.cli;

import io.godwit.service.SettingsException;
import io.godwit.trust.KeyName;
import io.godwit.trust.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit keys}: what records are signed with. */
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = "Makes the keys that services sign their records with.")
final class KeysCommand {
  /** Makes pairs. */
  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = {
        "Makes a pair of keys for each name: FOLDER/NAME.key, which only its service may read"
            + " (GODWIT_SIGNING_KEY_FILE), and FOLDER/NAME.pub, for the folder of everybody who is to believe it"
            + " (GODWIT_TRUSTED_KEYS). What is there already stays.",
        "A name says for whom the key speaks: host-NAME, device-NAME, converter-NAME, operator-NAME, or machine-NAME for"
            + " standalone, which is all of these. To take a key's place, make host-NAME@2, have its public half everywhere,"
            + " then give the service its key, then take the old public half away."
      })
  int create(
      @Option(
              names = "--into",
              paramLabel = "FOLDER",
              defaultValue = ".",
              description = "Where they are put (default: here).")
          Path folder,
      @Parameters(arity = "1..*", paramLabel = "NAME", description = "The keys' names.")
          List<String> names)
      throws IOException {
    List<KeyName> keys;
    try {
      keys = names.stream().map(KeyName::new).toList();
    } catch (IllegalArgumentException e) {
      throw new SettingsException(String.valueOf(e.getMessage()), e);
    }
    Files.createDirectories(folder);
    for (KeyName name : keys) {
      Path own = folder.resolve(name + ".key");
      if (Files.exists(own)) {
        System.out.println(own + " is there already");
        continue;
      }
      SigningKey.Pair pair = SigningKey.create(name);
      // Created with its permissions: at no moment can anybody else read it.
      Files.createFile(
          own, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(own, pair.privateLine());
      Files.writeString(folder.resolve(name + ".pub"), pair.publicLine());
      System.out.println("made " + own);
    }
    return ExitStatus.DONE.code();
  }
}
