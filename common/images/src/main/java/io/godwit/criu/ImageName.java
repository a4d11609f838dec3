package io.godwit.criu;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The name of an image file, parsed whole: {@code core-1.img} is the core of task 1 and {@code
 * core-10.img} is not. A name that CRIU would not write for any id ({@code core-01.img}) is none.
 *
 * @param kind what the image holds
 * @param id of a process, namespace or file, as an unsigned number; 0 for kinds without one
 */
public record ImageName(ImageKind kind, long id) {
  private static final Map<String, ImageKind> NUMBERED = new HashMap<>();
  private static final Map<String, ImageKind> PLAIN = new HashMap<>();

  static {
    for (ImageKind kind : ImageKind.values()) {
      if (kind.numbered()) {
        NUMBERED.put(kind.stem() + kind.extension(), kind);
      } else {
        PLAIN.put(kind.stem() + kind.extension(), kind);
      }
    }
  }

  /**
   * @throws IllegalArgumentException when the kind has no id and one is given
   */
  public ImageName {
    if (!kind.numbered() && id != 0) {
      throw new IllegalArgumentException(kind + " images have no id, so not " + id);
    }
  }

  /** The name of an image of which a checkpoint has one. */
  public static ImageName of(ImageKind kind) {
    if (kind.numbered()) {
      throw new IllegalArgumentException(kind + " images have an id");
    }
    return new ImageName(kind, 0);
  }

  /** The name of a numbered image. */
  public static ImageName of(ImageKind kind, long id) {
    return new ImageName(kind, id);
  }

  /** Parses a file name; empty when it is not one of CRIU's images as this version knows them. */
  public static Optional<ImageName> parse(String fileName) {
    ImageKind plain = PLAIN.get(fileName);
    if (plain != null) {
      return Optional.of(new ImageName(plain, 0));
    }
    int dash = fileName.lastIndexOf('-');
    int dot = fileName.indexOf('.', Math.max(dash, 0));
    if (dash < 0 || dot < 0) {
      return Optional.empty();
    }
    ImageKind kind = NUMBERED.get(fileName.substring(0, dash) + fileName.substring(dot));
    if (kind == null) {
      return Optional.empty();
    }
    try {
      long id = Long.parseUnsignedLong(fileName.substring(dash + 1, dot), radix(kind));
      ImageName name = new ImageName(kind, id);
      return name.fileName().equals(fileName) ? Optional.of(name) : Optional.empty();
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  /** The file's name as CRIU writes it. */
  public String fileName() {
    String number = kind.numbered() ? "-" + Long.toUnsignedString(id, radix(kind)) : "";
    return kind.stem() + number + kind.extension();
  }

  private static int radix(ImageKind kind) {
    return switch (kind.numbering()) {
      case HEXADECIMAL -> 16;
      case DECIMAL, NONE -> 10;
    };
  }

  @Override
  public String toString() {
    return fileName();
  }
}
