package io.godwit.converter.graft;

import io.godwit.criu.Message;
import io.godwit.criu.field.VmaEntry;
import java.util.List;

/**
 * A mapping of a process, as CRIU's vma_entry has it. Addresses are unsigned: the vsyscall page of
 * x86_64 lies at the very top.
 *
 * @param message the entry
 * @param start address of the first byte
 * @param end address after the last byte
 * @param protection PROT bits
 * @param status CRIU's AREA, FILE and ANON bits
 */
public record Vma(Message message, long start, long end, long protection, long status) {
  /** That of an entry. */
  public Vma(Message message) {
    this(
        message,
        message.requireVarint(VmaEntry.START),
        message.requireVarint(VmaEntry.END),
        message.requireVarint(VmaEntry.PROT),
        message.requireVarint(VmaEntry.STATUS));
  }

  /** The mappings of an mm image's message, in its order. */
  public static List<Vma> of(Message mm, int vmasField) {
    return mm.messages(vmasField).stream().map(Vma::new).toList();
  }

  /** In bytes. */
  public long length() {
    return end - start;
  }

  /** Whether instructions may be fetched from it. */
  public boolean isExecutable() {
    return (protection & VmaEntry.PROT_EXEC) != 0;
  }

  /** Whether it is a private mapping of a file. */
  public boolean isPrivateFile() {
    return has(VmaEntry.FILE_PRIVATE);
  }

  /** Whether it is a mapping of a file, private or shared. */
  public boolean isFile() {
    return has(VmaEntry.FILE_PRIVATE) || has(VmaEntry.FILE_SHARED);
  }

  /** Whether it has one of the given status bits. */
  public boolean has(int statusBit) {
    return (status & statusBit) != 0;
  }

  /** The id of the mapped file. */
  public long fileId() {
    return message.requireVarint(VmaEntry.SHMID);
  }

  /** The place in the mapped file, in bytes. */
  public long fileOffset() {
    return message.requireVarint(VmaEntry.PGOFF);
  }

  /** Whether the address lies in it. */
  public boolean contains(long address) {
    return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
  }

  /** Whether a byte of the range lies in it. */
  public boolean overlaps(long from, long to) {
    return Long.compareUnsigned(start, to) < 0 && Long.compareUnsigned(from, end) < 0;
  }

  /** The same mapping elsewhere. */
  public Vma movedTo(long to) {
    return new Vma(message.withVarint(VmaEntry.START, to).withVarint(VmaEntry.END, to + length()));
  }

  /** {@code 0x400000-0x401000}. */
  public String range() {
    return Hex.of(start) + "-" + Hex.of(end);
  }
}
