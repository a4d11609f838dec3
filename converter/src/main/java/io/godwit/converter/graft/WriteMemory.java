package io.godwit.converter.graft;

import com.google.protobuf.ByteString;
import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.PageSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes every process's mappings and pagemap, and says of which parts its pages file is made. A
 * pages file in which nothing changed stays the source's as a whole.
 */
public final class WriteMemory implements Step {
  @Override
  public void apply(Draft draft) throws IOException {
    for (Process process : draft.processes().values()) {
      draft.change(
          ImageName.of(ImageKind.MM, process.pid()), image -> image.withOnly(process.mm()));
      ImageName pagemap = ImageName.of(ImageKind.PAGEMAP, process.pid());
      draft.change(pagemap, (EntryImage image) -> image.withMessages(process.pages().messages()));
      String file = ImageName.of(ImageKind.PAGES, process.pages().pagesId()).fileName();
      List<PageSegment> segments = process.pages().segments();
      boolean whole =
          segments.size() == 1
              && segments.getFirst().file().equals(file)
              && segments.getFirst().length() == draft.source().size(file);
      if (!whole) {
        draft.put(file, new OutputFile.Spliced(pieces(process, segments)));
      }
    }
  }

  private static List<Piece> pieces(Process process, List<PageSegment> segments) {
    List<Piece> pieces = new ArrayList<>();
    for (PageSegment segment : segments) {
      String file = segment.file();
      if (PageOrigin.isMade(file)) {
        byte[] page = process.madePages().get(PageOrigin.madeAddress(file));
        pieces.add(new Piece.Made(ByteString.copyFrom(page)));
      } else if (PageOrigin.isTemplate(file)) {
        String there = PageOrigin.inTemplate(file);
        pieces.add(new Piece.Stored(Origin.TEMPLATE, there, segment.offset(), segment.length()));
      } else {
        pieces.add(new Piece.Stored(Origin.SOURCE, file, segment.offset(), segment.length()));
      }
    }
    return pieces;
  }
}
