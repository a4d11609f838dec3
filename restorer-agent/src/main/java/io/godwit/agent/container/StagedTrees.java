package io.godwit.agent.container;

import io.godwit.agent.state.MigrationId;
import io.godwit.agent.state.StateFolder;
import io.godwit.blob.Blob;
import io.godwit.blob.BlobStore;
import io.godwit.contract.Conversion;
import io.godwit.contract.FileTree;
import io.godwit.contract.LayerArchive;
import io.godwit.contract.Preparation;
import io.godwit.contract.Tail;
import io.godwit.docker.LayerFiles;
import io.godwit.service.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The trees of a migration beside their places: what went ahead is noted and unpacked there. */
final class StagedTrees {
  private static final String AHEAD = "trees.record";
  private static final String UNPACKED = "unpacked";

  private final Layers layers;
  private final LayerFiles files;
  private final StateFolder state;

  StagedTrees(Layers layers, LayerFiles files, StateFolder state) {
    this.layers = layers;
    this.files = files;
    this.state = state;
  }

  /** Notes what was sent ahead. */
  void note(MigrationId id, List<FileTree> trees) throws IOException {
    DurableFiles.write(
        state.staging(id).resolve(AHEAD),
        Preparation.newBuilder().addAllTrees(trees).build().toByteArray());
  }

  /** What was sent ahead; nothing when there was no rehearsal here. */
  List<Tree> ahead(MigrationId id) throws IOException {
    Path record = state.staging(id).resolve(AHEAD);
    List<Tree> trees = new ArrayList<>();
    if (Files.exists(record)) {
      Preparation kept = Preparation.parseFrom(Files.readAllBytes(record));
      for (FileTree tree : kept.getTreesList()) {
        Path folder = state.staging(id).resolve("tree-" + trees.size());
        Files.createDirectories(folder);
        trees.add(new Tree(tree, tree.getFiles(), folder));
      }
    }
    return trees;
  }

  /**
   * With what came with the checkpoint.
   *
   * @throws IOException when that is not what was rehearsed
   */
  List<Tree> all(MigrationId id, Conversion conversion) throws IOException {
    List<Tree> ahead = ahead(id);
    if (ahead.size() != conversion.getTreesCount()) {
      throw new IOException(
          "What was sent ahead for the rehearsal is not on this device any more; ask for a new migration.");
    }
    List<Tree> all = new ArrayList<>();
    for (Tree tree : ahead) {
      FileTree now = conversion.getTrees(all.size());
      if (!tree.isOf(now)) {
        throw new IOException("What came with the checkpoint is not what was rehearsed.");
      }
      all.add(new Tree(now, tree.ahead(), tree.folder()));
    }
    return all;
  }

  /** Whether {@link #unpack} has been done. */
  boolean isUnpacked(Tree tree) throws IOException {
    return state.isMarked(tree.folder().resolve(UNPACKED));
  }

  /** Has it unpacked anew the next time. */
  static void forget(Tree tree) throws IOException {
    DurableFiles.delete(tree.folder().resolve(UNPACKED));
  }

  /** Puts something empty in the place of a tree that stays as it is on this machine. */
  static void standIn(Tree tree) throws IOException {
    DurableFiles.deleteFolder(tree.files());
    Files.createDirectories(tree.files());
    if (tree.what().getSingleFile()) {
      Files.createFile(tree.files().resolve("file"));
    }
  }

  /** Unpacks what was sent ahead, unless that is done. */
  void unpack(MigrationId id, Tree tree) throws IOException {
    if (isUnpacked(tree)) {
      return;
    }
    DurableFiles.deleteFolder(tree.files());
    Files.createDirectories(tree.files());
    if (tree.ahead().hasArchive()) {
      apply(id, tree.ahead(), tree.files());
    } else if (tree.what().getSingleFile()) {
      Files.createFile(
          tree.files().resolve(String.valueOf(Path.of(tree.what().getSource()).getFileName())));
    }
    state.mark(tree.folder().resolve(UNPACKED));
  }

  /** Brings a tree to what it was when the container was frozen. */
  void complete(MigrationId id, Tree tree) throws IOException {
    unpack(id, tree);
    if (!tree.ahead().hasArchive()) {
      DurableFiles.deleteFolder(tree.files());
      Files.createDirectories(tree.files());
    }
    apply(id, tree.what(), tree.files());
  }

  /** Applies what changed to what is there. */
  void apply(MigrationId id, FileTree changes, Path into) throws IOException {
    apply(id, changes.getFiles(), into);
    for (Tail tail : changes.getTailsList()) {
      Path file = files.inside(into, tail.getPath());
      Path bytes = layers.staged(id, Blob.of(tail.getBytes()), BlobStore.SILENT);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
          InputStream in = Files.newInputStream(bytes)) {
        if (channel.size() < tail.getOffset()) {
          throw new IOException(
              "%s: %d bytes went ahead, expected %d"
                  .formatted(tail.getPath(), channel.size(), tail.getOffset()));
        }
        channel.truncate(tail.getOffset()).position(tail.getOffset());
        OutputStream out = Channels.newOutputStream(channel);
        in.transferTo(out);
      }
    }
  }

  private void apply(MigrationId id, LayerArchive archive, Path into) throws IOException {
    if (!archive.hasArchive()) {
      files.remove(archive.getRemovedList(), into);
      return;
    }
    Path file = layers.staged(id, Blob.of(archive.getArchive()), BlobStore.SILENT);
    files.unpack(file, archive.getRemovedList(), into);
    Files.delete(file);
  }
}
