package io.godwit.converter.graft;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageException;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.refusal.Refusal;
import io.godwit.refusal.RefusalKind;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A conversion in the making: the two folders it is made of, which stay as they are, the files as
 * they are by now, the processes, the report, and the reasons why it cannot be done. Steps change
 * it one after the other. A reason does not stop them, so that in the end all are named.
 */
public final class Draft {
  private final GraftInput input;
  private final NavigableMap<String, OutputFile> files = new TreeMap<>();
  private final NavigableMap<String, EntryImage> rewritten = new TreeMap<>();
  private final NavigableMap<Long, Process> processes = new TreeMap<>();
  private final List<ReportEntry> report = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();

  public Draft(GraftInput input) {
    this.input = input;
  }

  /** What is converted to what. */
  public GraftInput input() {
    return input;
  }

  /** The checkpoint as the source made it. */
  public ImageFolder source() {
    return input.source();
  }

  /** The device's template as the device made it. */
  public ImageFolder template() {
    return input.template();
  }

  /** Whether the instruction set changes. */
  public boolean isaChanges() {
    return input.sourceIsa() != input.targetIsa();
  }

  /** The processes that have memory, by process id. */
  public NavigableMap<Long, Process> processes() {
    return processes;
  }

  /** Puts a file into the conversion as it stands in one of the folders. */
  public void copy(Origin origin, String name, String as) {
    put(as, new OutputFile.Copied(origin, name));
  }

  /** Puts a file into the conversion. */
  public void put(String name, OutputFile file) {
    files.put(name, file);
    rewritten.remove(name);
  }

  /** Whether the conversion has a file of that name by now. */
  public boolean has(String name) {
    return files.containsKey(name);
  }

  /** The names of the conversion's images of a kind. */
  public List<ImageName> images(ImageKind kind) {
    return files.keySet().stream()
        .map(ImageName::parse)
        .flatMap(Optional::stream)
        .filter(name -> name.kind() == kind)
        .toList();
  }

  /** An image of the conversion as it is by now, or nothing where there is none of that name. */
  public Optional<EntryImage> find(ImageName name) throws IOException {
    EntryImage changed = rewritten.get(name.fileName());
    if (changed != null) {
      return Optional.of(changed);
    }
    if (files.get(name.fileName()) instanceof OutputFile.Copied(Origin origin, String original)) {
      ImageName there = ImageName.parse(original).orElseThrow();
      return Optional.of(folder(origin).entries(there).withId(name.id()));
    }
    return Optional.empty();
  }

  /**
   * An image of the conversion that every checkpoint has.
   *
   * @throws ImageException when it is missing
   */
  public EntryImage image(ImageName name) throws IOException {
    return find(name)
        .orElseThrow(() -> new ImageException(name.fileName(), -1, "this image", "no such file"));
  }

  /** Changes an image of the conversion, where it has it. */
  public void change(ImageName name, UnaryOperator<EntryImage> change) throws IOException {
    Optional<EntryImage> before = find(name);
    if (before.isPresent()) {
      EntryImage after = change.apply(before.get());
      if (!after.equals(before.get())) {
        rewritten.put(name.fileName(), after);
      }
    }
  }

  /** Adds a line to the report. */
  public void report(String rewrite, String subject, String from, String to, String why) {
    report.add(new ReportEntry(rewrite, subject, from, to, why));
  }

  /** Notes why this checkpoint cannot go on on the device, in one sentence. */
  public void refuse(RefusalKind kind, String sentence) {
    refuse(Refused.of(kind, sentence));
  }

  /** Notes why this checkpoint cannot go on on the device. */
  public void refuse(Refusal refusal) {
    if (!refusals.contains(refusal)) {
      refusals.add(refusal);
    }
  }

  /** Stops here when a reason was noted: what follows would only stumble over the same. */
  public void stopIfRefused() throws RefusedException {
    if (!refusals.isEmpty()) {
      throw new RefusedException(refusals);
    }
  }

  /**
   * What came of it.
   *
   * @throws RefusedException when a reason was noted
   */
  public Grafted finish() throws RefusedException {
    stopIfRefused();
    NavigableMap<String, OutputFile> result = new TreeMap<>(files);
    for (Map.Entry<String, EntryImage> image : rewritten.entrySet()) {
      result.put(image.getKey(), new OutputFile.Rewritten(image.getValue().encode()));
    }
    return new Grafted(result, report);
  }

  private ImageFolder folder(Origin origin) {
    return switch (origin) {
      case SOURCE -> source();
      case TEMPLATE -> template();
    };
  }
}
