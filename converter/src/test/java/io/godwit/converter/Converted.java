package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.godwit.converter.graft.Grafted;
import io.godwit.converter.graft.Origin;
import io.godwit.converter.graft.OutputFile;
import io.godwit.converter.graft.Piece;
import io.godwit.converter.graft.ReportEntry;
import io.godwit.converter.graft.Vma;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.Message;
import io.godwit.criu.Pagemap;
import io.godwit.criu.ProcessMemory;
import io.godwit.criu.field.CoreEntry;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.MmEntry;
import io.godwit.criu.field.RegFileEntry;
import io.godwit.refusal.RefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A conversion as the device gets it: every file with its bytes. */
record Converted(Grafted grafted, EditedFolder files) {
  static Converted of(Corpus.Case what) throws IOException, RefusedException {
    Grafted grafted = new Graft().convert(what.input());
    EditedFolder files = EditedFolder.empty();
    for (Map.Entry<String, OutputFile> file : grafted.files().entrySet()) {
      files.put(file.getKey(), bytes(what, file.getValue()));
    }
    return new Converted(grafted, files);
  }

  /** The reasons why it cannot be converted. */
  static List<String> refusals(Corpus.Case what) {
    return assertThrows(RefusedException.class, () -> new Graft().convert(what.input())).reasons();
  }

  Message core(long thread) {
    return files.image(ImageKind.CORE, thread).only();
  }

  Message task(long pid) {
    return core(pid).requireMessage(CoreEntry.TC);
  }

  Message thread(long thread) {
    return core(thread).requireMessage(CoreEntry.THREAD_CORE);
  }

  Message mm(long pid) {
    return files.image(ImageKind.MM, pid).only();
  }

  List<Vma> vmas(long pid) {
    return Vma.of(mm(pid), MmEntry.VMAS);
  }

  Pagemap pagemap(long pid) throws IOException {
    return ImageFolder.of(files).pagemap(pid, Corpus.PAGE);
  }

  /** What the restored process finds in its memory, where the images have it. */
  Optional<byte[]> memory(long pid, long address, int length) throws IOException {
    ImageFolder folder = ImageFolder.of(files);
    return new ProcessMemory(folder, pagemap(pid)).read(address, length);
  }

  /** The regular file of a path, as it was opened last. */
  Message file(String path) {
    return files.image(ImageKind.FILES).messages().stream()
        .flatMap(entry -> entry.message(FileEntry.REG).stream())
        .filter(file -> file.requireString(RegFileEntry.NAME).equals(path))
        .reduce((a, b) -> b)
        .orElseThrow();
  }

  /** The report's lines of one rewrite. */
  List<ReportEntry> report(String rewrite) {
    return grafted.report().stream().filter(line -> line.rewrite().equals(rewrite)).toList();
  }

  private static byte[] bytes(Corpus.Case what, OutputFile file) throws IOException {
    return switch (file) {
      case OutputFile.Rewritten rewritten -> rewritten.content().toByteArray();
      case OutputFile.Copied(Origin origin, String name) -> folder(what, origin).bytes(name);
      case OutputFile.Spliced(List<Piece> pieces) -> {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Piece piece : pieces) {
          all.write(
              switch (piece) {
                case Piece.Made made -> made.bytes().toByteArray();
                case Piece.Stored(Origin origin, String name, long offset, long length) ->
                    folder(what, origin).read(name, offset, (int) length);
              });
        }
        yield all.toByteArray();
      }
    };
  }

  private static EditedFolder folder(Corpus.Case what, Origin origin) {
    return switch (origin) {
      case SOURCE -> what.source();
      case TEMPLATE -> what.template();
    };
  }
}
