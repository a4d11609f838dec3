package io.godwit.setup.store;

import io.godwit.blob.Blob;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Who has keys of its own, and what it may do with them.
 *
 * @param name checkpointer, converter or a device's; its keys' files are named by it
 * @param rights on objects, by the beginnings of their keys
 * @param lists whether it may ask what is there: only then does the store say that a blob is
 *     missing, and not just that it is forbidden
 */
public record StoreRole(String name, List<Rights> rights, boolean lists) {
  /** Where hosts and converters store. */
  static final String BLOBS = "sha256/";

  /** Where devices do. */
  static final String FROM = "from/";

  private static final List<String> WRITE =
      List.of("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts");

  /**
   * What may be done with some objects.
   *
   * @param prefix of their keys
   */
  record Rights(String prefix, List<String> actions) {
    Rights {
      actions = List.copyOf(actions);
    }

    boolean reads() {
      return actions.contains("s3:GetObject");
    }

    boolean writes() {
      return actions.contains("s3:PutObject");
    }
  }

  /** Copies the list. */
  public StoreRole {
    rights = List.copyOf(rights);
  }

  /**
   * Stores checkpoints, reads them again where the source has to be restored, and takes away what
   * changed while it was stored. Its reading right is what the URLs stand on that it gives to
   * devices.
   */
  public static StoreRole checkpointer() {
    return new StoreRole(
        "checkpointer", List.of(new Rights(BLOBS, with("s3:GetObject", "s3:DeleteObject"))), true);
  }

  /** Reads checkpoints and templates, and stores conversions. */
  public static StoreRole converter() {
    return new StoreRole(
        "converter",
        List.of(new Rights(BLOBS, with("s3:GetObject")), new Rights(FROM, List.of("s3:GetObject"))),
        true);
  }

  /**
   * Stores its templates in its own folder, and looks there whether it has done so before. What it
   * is to fetch it reads by the URLs that come with its records.
   *
   * @param device letters, digits, dots, dashes and underscores
   */
  public static StoreRole device(String device) {
    return new StoreRole(
        "device-" + device,
        List.of(new Rights(Blob.folderOf(device) + BLOBS, with("s3:GetObject"))),
        false);
  }

  /** The user's and the policy's name in the store, and the access key. */
  public String user() {
    return "godwit-" + name;
  }

  /** The policy, in the language that S3 stores have in common. */
  public String policy(String bucket) {
    String objects =
        rights.stream()
            .map(right ->
                statement(right.actions(), "arn:aws:s3:::%s/%s*".formatted(bucket, right.prefix())))
            .collect(Collectors.joining(",\n"));
    String all =
        lists
            ? objects
                + ",\n"
                + statement(
                    List.of("s3:ListBucket", "s3:GetBucketLocation"), "arn:aws:s3:::" + bucket)
            : objects;
    return "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n%s\n  ]\n}".formatted(all);
  }

  private static String statement(List<String> actions, String resource) {
    return "    {\"Effect\": \"Allow\", \"Action\": [%s], \"Resource\": [\"%s\"]}"
        .formatted(
            actions.stream().map(action -> "\"" + action + "\"").collect(Collectors.joining(", ")),
            resource);
  }

  private static List<String> with(String... further) {
    return java.util.stream.Stream.concat(java.util.Arrays.stream(further), WRITE.stream())
        .toList();
  }
}
