package io.godwit.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Properties;
import java.util.random.RandomGenerator;

/**
 * The keys of the embedded S3 store: made at random at the first start and kept beside the data,
 * readable by their owner alone, so that restarts and devices go on with the same.
 */
record Credentials(String accessKey, String secretKey) {
  private static final String FILE = "s3-credentials.properties";
  private static final int ACCESS_KEY_BYTES = 10;
  private static final int SECRET_KEY_BYTES = 20;

  static Credentials of(Path data, RandomGenerator random) throws IOException {
    Path file = data.resolve(FILE);
    Properties properties = new Properties();
    if (Files.exists(file)) {
      try (var reader = Files.newBufferedReader(file)) {
        properties.load(reader);
      }
    }
    if (!properties.containsKey("access") || !properties.containsKey("secret")) {
      properties.put("access", hex(random, ACCESS_KEY_BYTES));
      properties.put("secret", hex(random, SECRET_KEY_BYTES));
      OwnerOnly.write(
          file,
          "access=%s%nsecret=%s%n".formatted(properties.get("access"), properties.get("secret")));
    }
    return new Credentials(properties.getProperty("access"), properties.getProperty("secret"));
  }

  private static String hex(RandomGenerator random, int bytes) {
    byte[] some = new byte[bytes];
    random.nextBytes(some);
    return HexFormat.of().formatHex(some);
  }

  /** Files that hold secrets. */
  static final class OwnerOnly {
    private OwnerOnly() {}

    static void write(Path file, String text) throws IOException {
      Files.deleteIfExists(file);
      // Created with its permissions: at no moment can anybody else read it.
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, text);
    }
  }
}
