package io.godwit.checkpointer.pages;

import io.godwit.blob.BlobStore;
import io.godwit.blob.ManifestWriter;
import io.godwit.blob.Manifests;
import io.godwit.checkpointer.source.HostProcess;
import io.godwit.checkpointer.source.ProcFs;
import io.godwit.contract.Manifest;
import io.godwit.contract.ManifestFile;
import io.godwit.contract.Segment;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.PageRun;
import io.godwit.criu.PageRun.PageSource;
import io.godwit.criu.field.PagemapEntry;
import io.godwit.pages.AheadFolder;
import io.godwit.pages.Layers;
import io.godwit.pages.Segments;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Sends the memory of a container's processes ahead while they run. The first round takes every
 * page that they have to themselves, each further one what they have written since; which pages
 * there are is settled by the first, so that the others only change bytes. What was sent lies in a
 * folder as CRIU's images, for the dump to refer to, with the manifest that says in which blobs the
 * store has it.
 */
public final class Precopy {
  private static final int BLOCK = 1 << 20;

  private final ProcFs processes;
  private final Path proc;
  private final BlobStore blobs;
  private final int pageSize;

  /**
   * @param proc {@code /proc}, except in tests
   */
  public Precopy(ProcFs processes, Path proc, BlobStore blobs, int pageSize) {
    this.processes = processes;
    this.proc = proc;
    this.blobs = blobs;
    this.pageSize = pageSize;
  }

  /**
   * What a round has sent.
   *
   * @param manifest of all that went ahead so far
   * @param bytes that this round has sent
   * @param absent bytes of pages that did not go ahead, since the first round has not seen them
   */
  public record Round(Manifest manifest, long bytes, long absent) {}

  /** One process's part of a round. */
  @FunctionalInterface
  private interface Part {
    /** Gives how many bytes it sent. */
    long send(OwnMemory memory) throws IOException;
  }

  /**
   * The first round.
   *
   * @param folder made anew
   * @param progress told how many bytes the store has
   * @throws IOException when a process cannot be read or the store does not answer; a process that
   *     ended meanwhile is left out
   */
  public Round first(String containerId, Path folder, LongConsumer progress) throws IOException {
    DurableFiles.deleteFolder(folder);
    Files.createDirectory(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    ManifestWriter manifest = new ManifestWriter(blobs, progress);
    long[] pagesId = {1};
    long bytes =
        ofEach(
            containerId,
            memory -> {
              ImageName pagemap = ImageName.of(ImageKind.PAGEMAP, memory.innermostPid());
              List<OwnMemory.Range> ranges = memory.ranges();
              // The number of an ended process may have been given to another.
              return ranges.isEmpty() || Files.exists(folder.resolve(pagemap.fileName()))
                  ? 0
                  : write(memory, ranges, pagemap, pagesId[0]++, folder, manifest);
            });
    Manifest sent = manifest.finish();
    AheadFolder.keep(folder, sent);
    return new Round(sent, bytes, 0);
  }

  /** A further round, after {@link #first}. */
  public Round next(String containerId, Path folder) throws IOException {
    Manifest before =
        AheadFolder.manifest(folder).orElseThrow(() -> new IOException("no round before"));
    AheadFolder.open(folder);
    Manifest.Builder after = before.toBuilder();
    long[] absent = {0};
    long bytes =
        ofEach(
            containerId,
            memory -> {
              Optional<ParentPages> known =
                  ParentPages.find(folder, memory.innermostPid(), pageSize);
              if (known.isEmpty()) {
                absent[0] += bytes(memory.ranges());
                return 0;
              }
              try (ParentPages parent = known.get()) {
                absent[0] += parent.absent(memory.ranges());
                return patch(memory, parent, folder, after);
              }
            });
    Manifest sent = after.build();
    AheadFolder.keep(folder, sent);
    return new Round(sent, bytes, absent[0]);
  }

  /** Sends of the memory of each process in turn; gives the bytes that were sent of all. */
  private long ofEach(String containerId, Part part) throws IOException {
    long bytes = 0;
    for (HostProcess process : processes.ofContainer(containerId)) {
      Optional<OwnMemory> found = OwnMemory.find(proc, process, pageSize);
      if (found.isPresent()) {
        try (OwnMemory memory = found.get()) {
          bytes += part.send(memory);
        }
      }
    }
    return bytes;
  }

  private long bytes(List<OwnMemory.Range> ranges) {
    return ranges.stream().mapToLong(range -> range.pages() * pageSize).sum();
  }

  private void requireRoom(Path folder, List<OwnMemory.Range> ranges) throws IOException {
    long bytes = bytes(ranges);
    long room = Files.getFileStore(folder).getUsableSpace();
    if (room < 2 * bytes) {
      throw new IOException(
          "there is room for %d bytes in %s; twice %d are wanted".formatted(room, folder, bytes));
    }
  }

  private long write(
      OwnMemory memory,
      List<OwnMemory.Range> ranges,
      ImageName pagemap,
      long pagesId,
      Path folder,
      ManifestWriter manifest)
      throws IOException {
    requireRoom(folder, ranges);
    Path pages = folder.resolve(ImageName.of(ImageKind.PAGES, pagesId).fileName());
    long bytes = copy(memory, ranges, pages);
    List<Message> entries =
        ranges.stream()
            .map(range -> Layers.entry(range.start(), range.pages(), PagemapEntry.PE_PRESENT))
            .toList();
    byte[] image = Layers.pagemap(pagemap, pagesId, entries).encode().toByteArray();
    Files.write(folder.resolve(pagemap.fileName()), image);
    manifest.add(pagemap.fileName(), image);
    manifest.add(String.valueOf(pages.getFileName()), pages);
    return bytes;
  }

  private long copy(OwnMemory memory, List<OwnMemory.Range> ranges, Path pages) throws IOException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    long bytes = 0;
    try (FileChannel out =
        FileChannel.open(pages, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (OwnMemory.Range range : ranges) {
        long end = range.start() + range.pages() * pageSize;
        for (long at = range.start(); at < end; at += block.limit()) {
          memory.read(at, block.clear().limit((int) Math.min(BLOCK, end - at)));
          block.flip();
          while (block.hasRemaining()) {
            bytes += out.write(block);
          }
        }
      }
    }
    return bytes;
  }

  private long patch(OwnMemory memory, ParentPages parent, Path folder, Manifest.Builder manifest)
      throws IOException {
    String name = parent.pagesFile();
    int index = index(manifest, name);
    List<Segment> segments = Manifests.segments(manifest.getFiles(index));
    Patch patch = new Patch(blobs);
    Differences differences = new Differences(pageSize);
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    try (FileChannel file = FileChannel.open(folder.resolve(name), StandardOpenOption.WRITE)) {
      for (PageRun run : parent.runs().values()) {
        long offset = run.source().map(PageSource::offset).orElseThrow();
        for (long at = run.start(); at < run.end(); at += block.limit()) {
          if (!memory.read(at, block.clear().limit((int) Math.min(BLOCK, run.end() - at)))) {
            // The dump will not have all of these pages, and brings those that it has.
            continue;
          }
          int pages = block.limit() / pageSize;
          BitSet equal = parent.equal(MemorySegment.ofBuffer(block.flip()), at, pages, differences);
          Differences.coarsen(equal, pages, patch.changes().size());
          int from = equal.nextClearBit(0);
          while (from < pages) {
            int next = equal.nextSetBit(from);
            int to = next < 0 ? pages : Math.min(next, pages);
            long place = offset + (at - run.start()) + (long) from * pageSize;
            ByteBuffer part = block.duplicate().position(from * pageSize).limit(to * pageSize);
            patch.add(place, part.duplicate());
            while (part.hasRemaining()) {
              place += file.write(part, place);
            }
            from = equal.nextClearBit(to);
          }
        }
      }
    }
    patch.flush();
    manifest.setFiles(
        index,
        ManifestFile.newBuilder()
            .setName(name)
            .addAllSegments(Segments.replace(segments, patch.changes())));
    return patch.bytes();
  }

  private static int index(Manifest.Builder manifest, String name) throws IOException {
    for (int i = 0; i < manifest.getFilesCount(); i++) {
      if (manifest.getFiles(i).getName().equals(name)) {
        return i;
      }
    }
    throw new IOException("the round before has sent no " + name);
  }
}
