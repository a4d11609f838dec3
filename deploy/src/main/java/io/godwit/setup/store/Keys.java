package io.godwit.setup.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A pair of keys.
 *
 * @param access the user's name
 * @param secret of at least 8 characters, as MinIO asks for
 */
public record Keys(String access, String secret) {
  private static final int SECRET_BYTES = 20;
  private static final Pattern DEVICES_KEY = Pattern.compile("s3-device-(.+)-secret-key");

  /** The devices that have keys in a folder, which need not be there. */
  public static List<String> devices(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> DEVICES_KEY.matcher(String.valueOf(file.getFileName())))
          .filter(Matcher::matches)
          .map(name -> name.group(1))
          .sorted()
          .toList();
    }
  }

  /** The keys of a role in a folder, where both are there. */
  static Optional<Keys> read(Path folder, StoreRole role) throws IOException {
    Path access = access(folder, role);
    Path secret = secret(folder, role);
    return Files.exists(access) && Files.exists(secret)
        ? Optional.of(new Keys(Files.readString(access).strip(), Files.readString(secret).strip()))
        : Optional.empty();
  }

  /** Makes keys at random, in files that only their owner reads. */
  static Keys make(Path folder, StoreRole role) throws IOException {
    byte[] random = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(random);
    Keys keys = new Keys(role.user(), HexFormat.of().formatHex(random));
    Files.createDirectories(folder);
    write(secret(folder, role), keys.secret());
    write(access(folder, role), keys.access());
    return keys;
  }

  private static void write(Path file, String text) throws IOException {
    Files.deleteIfExists(file);
    // Created with its permissions: at no moment can anybody else read it.
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  /** As {@code GODWIT_S3_ACCESS_KEY_FILE} takes it. */
  static Path access(Path folder, StoreRole role) {
    return folder.resolve("s3-" + role.name() + "-access-key");
  }

  /** As {@code GODWIT_S3_SECRET_KEY_FILE} takes it. */
  static Path secret(Path folder, StoreRole role) {
    return folder.resolve("s3-" + role.name() + "-secret-key");
  }
}
