package io.godwit.checkpointer.work;

import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.checkpointer.migration.Journal;
import io.godwit.checkpointer.migration.Migration;
import io.godwit.contract.BlobRef;
import io.godwit.contract.FileTree;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Tail;
import io.godwit.docker.Container;
import io.godwit.docker.DockerEngine;
import io.godwit.docker.LayerFiles;
import io.godwit.docker.LayerListing;
import io.godwit.docker.LayerListing.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts a container's trees of files into the blob store: all of them while it runs, and what
 * changed since when it stands still. Of a log, which is only ever appended to, what was appended.
 */
final class TreeSender {
  /** Where a running container's shared memory is kept beyond its end. */
  static final String HELD = "shm";

  private static final LayerListing NOTHING = new LayerListing(Instant.EPOCH, new TreeMap<>());

  private final DockerEngine engine;
  private final LayerFiles files;
  private final BlobStore blobs;
  private final Journal journal;
  private final Progress progress;

  TreeSender(
      DockerEngine engine, LayerFiles files, BlobStore blobs, Journal journal, Progress progress) {
    this.engine = engine;
    this.files = files;
    this.blobs = blobs;
    this.journal = journal;
    this.progress = progress;
  }

  /** Sends what stands there while the container runs, and keeps what that was. */
  List<FileTree> ahead(Migration migration, Container container) throws IOException {
    List<FileTree> sent = new ArrayList<>();
    for (SourceTrees.Tree tree : trees(migration, container)) {
      Path listing = listing(migration, sent.size());
      if (tree.goesAhead()) {
        LayerListing now = tree.list(files);
        Path archive = archive(migration);
        files.archive(tree.folder(), now, archive);
        LayerListing known = isLog(tree) ? asArchived(now, LayerFiles.sizes(archive)) : now;
        LayerListingFile.write(known, listing);
        LayerArchive layer =
            LayerArchive.newBuilder()
                .setArchive(store(archive, migration, "its volumes and folders go ahead"))
                .build();
        sent.add(tree.what().toBuilder().setFiles(layer).build());
      } else {
        LayerListingFile.write(NOTHING, listing);
        sent.add(tree.what());
      }
    }
    return sent;
  }

  /**
   * Sends what changed since, of a container that does not run.
   *
   * @param ahead what {@link #ahead} has sent
   */
  List<FileTree> changes(Migration migration, Container container, List<FileTree> ahead)
      throws IOException {
    List<FileTree> sent = new ArrayList<>();
    for (SourceTrees.Tree tree : trees(migration, container)) {
      if (sent.size() == ahead.size() || !isOf(ahead.get(sent.size()), tree.what())) {
        throw new IOException("the container's mounts changed while it was moved");
      }
      LayerListing before = LayerListingFile.read(listing(migration, sent.size()));
      LayerListing now = tree.list(files.ofFrozen());
      sent.add(
          isLog(tree) ? log(migration, tree, before, now) : tree(migration, tree, before, now));
    }
    return sent;
  }

  /** The bytes that trees refer to. */
  static long bytes(List<FileTree> trees) {
    return trees.stream()
        .mapToLong(tree ->
            tree.getFiles().getArchive().getSize()
                + tree.getTailsList().stream().mapToLong(tail -> tail.getBytes().getSize()).sum())
        .sum();
  }

  private List<SourceTrees.Tree> trees(Migration migration, Container container)
      throws IOException {
    return SourceTrees.of(container, engine, journal.keptFile(migration.id(), HELD));
  }

  private FileTree tree(
      Migration migration, SourceTrees.Tree tree, LayerListing before, LayerListing now)
      throws IOException {
    Path archive = archive(migration);
    List<String> removed = files.archiveChanges(tree.folder(), before, now, archive);
    LayerArchive changes =
        LayerArchive.newBuilder()
            .setArchive(store(archive, migration, "what changed in its volumes and folders"))
            .addAllRemoved(removed)
            .build();
    return tree.what().toBuilder().setFiles(changes).build();
  }

  private FileTree log(
      Migration migration, SourceTrees.Tree tree, LayerListing before, LayerListing now)
      throws IOException {
    FileTree.Builder what = tree.what().toBuilder();
    Set<String> whole = new LinkedHashSet<>();
    for (Map.Entry<String, Entry> file : now.entries().entrySet()) {
      Entry sent = before.entries().get(file.getKey());
      Entry is = file.getValue();
      if (sent == null || sent.inode() != is.inode() || sent.size() > is.size()) {
        whole.add(file.getKey());
      } else if (sent.size() < is.size()) {
        Path from = tree.folder().resolve(file.getKey());
        what.addTails(
            Tail.newBuilder()
                .setPath(file.getKey())
                .setOffset(sent.size())
                .setBytes(tail(migration, from, sent.size())));
      }
    }
    LayerArchive.Builder changes = LayerArchive.newBuilder();
    before.entries().keySet().stream()
        .filter(name -> !now.entries().containsKey(name))
        .forEach(changes::addRemoved);
    if (!whole.isEmpty()) {
      Path archive = archive(migration);
      files.archive(tree.folder(), now, whole, archive);
      changes.setArchive(store(archive, migration, "its log"));
    }
    return what.setFiles(changes).build();
  }

  private BlobRef tail(Migration migration, Path file, long offset) throws IOException {
    Path tail = journal.workFolder(migration.id()).resolve("tail");
    try (FileChannel channel = FileChannel.open(file);
        OutputStream out = Files.newOutputStream(tail)) {
      InputStream in = Channels.newInputStream(channel.position(offset));
      in.transferTo(out);
    }
    return store(tail, migration, "the end of its log");
  }

  /** What the device gets: a file that grows may have got longer between listing and archiving. */
  private static LayerListing asArchived(LayerListing listing, Map<String, Long> sizes) {
    NavigableMap<String, Entry> entries = new TreeMap<>();
    listing
        .entries()
        .forEach((name, is) -> {
          Long size = sizes.get(name);
          if (size != null) {
            entries.put(name, new Entry(is.type(), size, is.modified(), is.changed(), is.inode()));
          }
        });
    return new LayerListing(listing.takenAt(), entries);
  }

  private static boolean isLog(SourceTrees.Tree tree) {
    return tree.what().getKind() == FileTree.Kind.LOG;
  }

  /** Whether two are of the same place. */
  static boolean isOf(FileTree one, FileTree other) {
    return one.getKind() == other.getKind()
        && one.getDestination().equals(other.getDestination())
        && one.getSource().equals(other.getSource());
  }

  private Path archive(Migration migration) throws IOException {
    return journal.workFolder(migration.id()).resolve("tree.tar");
  }

  private Path listing(Migration migration, int index) throws IOException {
    return journal.workFolder(migration.id()).resolve("tree-%d.listing".formatted(index));
  }

  private BlobRef store(Path file, Migration migration, String what) throws IOException {
    Blob blob = blobs.put(file, progress.of(migration, what, Files.size(file)));
    Files.delete(file);
    return blob.toRef();
  }
}
