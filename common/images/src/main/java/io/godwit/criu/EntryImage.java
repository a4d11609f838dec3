package io.godwit.criu;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An image of entries.
 *
 * @param imageName its kind and id
 * @param magics one or two 32-bit numbers at the head: since CRIU 2 a common one and the kind's
 *     own, before that only the kind's own, which is still so for the inventory
 * @param entries in their order
 */
public record EntryImage(ImageName imageName, List<Integer> magics, List<ImageEntry> entries)
    implements ImageFile {
  /** Takes copies of the lists. */
  public EntryImage {
    if (imageName.kind().raw()) {
      throw new IllegalArgumentException(imageName + " is a file without entries");
    }
    magics = List.copyOf(magics);
    entries = List.copyOf(entries);
  }

  /** A new image with the magics that CRIU gives its kind. */
  public static EntryImage of(ImageName name, List<Message> messages) {
    ImageKind kind = name.kind();
    List<Integer> magics =
        kind.headMagic() == kind.magic()
            ? List.of(kind.magic())
            : List.of(kind.headMagic(), kind.magic());
    return new EntryImage(name, magics, messages.stream().map(ImageEntry::of).toList());
  }

  @Override
  public String name() {
    return imageName.fileName();
  }

  /** The messages of all entries. */
  public List<Message> messages() {
    return entries.stream().map(ImageEntry::message).toList();
  }

  /**
   * The message of the only entry.
   *
   * @throws ImageException when there is none or more than one
   */
  public Message only() {
    if (entries.size() != 1) {
      throw new ImageException(name(), -1, "one entry", entries.size() + " entries");
    }
    return entries.getFirst().message();
  }

  /** A copy in which the only entry has another message. */
  public EntryImage withOnly(Message message) {
    only();
    return withEntries(List.of(entries.getFirst().withMessage(message)));
  }

  /** A copy with other entries. */
  public EntryImage withEntries(List<ImageEntry> changed) {
    return new EntryImage(imageName, magics, changed);
  }

  /** A copy with other messages and no payloads. */
  public EntryImage withMessages(List<Message> changed) {
    return withEntries(changed.stream().map(ImageEntry::of).toList());
  }

  /** A copy in which every message is what the function makes of it; payloads stay. */
  public EntryImage map(UnaryOperator<Message> change) {
    return withEntries(
        entries.stream().map(entry -> entry.withMessage(change.apply(entry.message()))).toList());
  }

  /** A copy under another id, as when a namespace gets another. */
  public EntryImage withId(long id) {
    return new EntryImage(ImageName.of(imageName.kind(), id), magics, entries);
  }

  static EntryImage decode(ImageName name, ByteString bytes) {
    ImageKind kind = name.kind();
    EntryReader reader = new EntryReader(bytes, new Location(name.fileName(), "", 0));
    List<Integer> magics = magics(kind, reader);
    List<ImageEntry> entries = new ArrayList<>();
    boolean chunked = false;
    while (!reader.atEnd()) {
      boolean first = entries.isEmpty();
      String what = "entry " + entries.size();
      Message message = reader.message(what);
      chunked = first ? kind.payload() == Payload.GHOST_FILE && Payload.chunked(message) : chunked;
      String payloadName = "payload of " + what;
      long length =
          kind.payload().length(message, first, reader.rest(), reader.here(payloadName), chunked);
      entries.add(new ImageEntry(message, reader.take(length, payloadName)));
    }
    return new EntryImage(name, magics, entries);
  }

  /**
   * @throws ImageException when a payload is not as long as its message says
   */
  @Override
  public ByteString encode() {
    List<ByteString> parts = new ArrayList<>();
    magics.forEach(magic -> parts.add(Wire.fixed(magic, Integer.BYTES)));
    boolean chunked =
        imageName.kind().payload() == Payload.GHOST_FILE
            && !entries.isEmpty()
            && Payload.chunked(entries.getFirst().message());
    for (int i = 0; i < entries.size(); i++) {
      ImageEntry entry = entries.get(i);
      Location where = new Location(name(), "payload of entry " + i, -1);
      long length =
          imageName
              .kind()
              .payload()
              .length(entry.message(), i == 0, entry.payload(), where, chunked);
      if (length != entry.payload().size()) {
        throw new ImageException(
            where, Long.toUnsignedString(length) + " bytes", entry.payload().size() + " bytes");
      }
      ByteString message = entry.message().encode();
      parts.add(Wire.fixed(message.size(), Integer.BYTES));
      parts.add(message);
      parts.add(entry.payload());
    }
    return ByteString.copyFrom(parts);
  }

  private static List<Integer> magics(ImageKind kind, EntryReader reader) {
    Location start = reader.here("magic");
    int first = reader.uint32("magic");
    if (first == kind.magic()) {
      return List.of(first);
    }
    if (first != kind.headMagic()) {
      throw new ImageException(start, hex(kind.headMagic()), hex(first));
    }
    Location next = reader.here("magic");
    int second = reader.uint32("magic");
    if (second != kind.magic()) {
      throw new ImageException(next, hex(kind.magic()), hex(second));
    }
    return List.of(first, second);
  }

  private static String hex(int magic) {
    return String.format("0x%08X", magic);
  }
}
