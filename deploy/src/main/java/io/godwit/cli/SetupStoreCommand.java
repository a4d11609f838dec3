package io.godwit.cli;

import io.godwit.service.Settings;
import io.godwit.service.SettingsException;
import io.godwit.setup.store.Keys;
import io.godwit.setup.store.StoreRole;
import io.godwit.setup.store.StoreSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code godwit setup store}: bucket, users and policies. */
@Command(
    name = "store",
    mixinStandardHelpOptions = true,
    description = {
      "Makes the bucket and, in MinIO, a user with a policy for the checkpointers, the converters and each device;"
          + " of other S3 stores it prints the policies. Then looks whether the bucket is as blobs want it, and"
          + " tries what each user's keys open. Done again it changes nothing that is right.",
      "Store and keys are those of GODWIT_S3_ENDPOINT, GODWIT_S3_BUCKET, GODWIT_S3_ACCESS_KEY(_FILE) and"
          + " GODWIT_S3_SECRET_KEY(_FILE); the keys are an administrator's.",
      "Exits with 0 when all is right, 1 when something is left to be mended, 2 when a setting is wrong."
    })
final class SetupStoreCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "A device, as GODWIT_DEVICE names it; several: one --device for each. Those that have keys in the folder are found.")
  private List<String> devices = new ArrayList<>();

  @Option(
      names = "--keys",
      paramLabel = "FOLDER",
      description =
          "Where the keys lie, or are put: s3-checkpointer-access-key, s3-checkpointer-secret-key, s3-converter-…,"
              + " s3-device-NAME-…. Without it no users are made.")
  private @Nullable Path keys;

  @Option(names = "--dry-run", description = "Says what would be done, and changes nothing.")
  private boolean dryRun;

  @Override
  public Integer call() throws IOException {
    Settings settings = Settings.ofProcess();
    List<StoreRole> roles =
        new ArrayList<>(List.of(StoreRole.checkpointer(), StoreRole.converter()));
    SortedSet<String> all = new TreeSet<>(devices);
    if (keys != null) {
      all.addAll(Keys.devices(keys));
    }
    for (String device : all) {
      if (!NAME.matcher(device).matches()) {
        throw new SettingsException(
            "--device is '%s'. Set it to: a name of letters, digits, dots, dashes and underscores."
                .formatted(device));
      }
      roles.add(StoreRole.device(device));
    }
    StoreSetup setup =
        new StoreSetup(
            new StoreSetup.Place(
                settings.s3Endpoint(),
                settings.s3Region(),
                settings.s3Bucket(),
                new Keys(settings.s3AccessKey(), settings.s3SecretKey())),
            System.out::println,
            Clock.systemUTC());
    List<String> problems =
        setup.make(new StoreSetup.Wish(roles, Optional.ofNullable(keys), dryRun));
    problems.forEach(System.out::println);
    System.out.println(
        problems.isEmpty() ? "All is right." : "%d to be mended.".formatted(problems.size()));
    return (problems.isEmpty() ? ExitStatus.DONE : ExitStatus.NOT_MOVED).code();
  }
}
