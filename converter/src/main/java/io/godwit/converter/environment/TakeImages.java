package io.godwit.converter.environment;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Origin;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Puts together the files of the conversion: each from the side that {@link Provenance} says. Files
 * that this version does not know are the source's and go through unchanged, so that nothing of the
 * process is lost; descriptors.json is one of them.
 */
public final class TakeImages implements Step {
  private static final String NAME = "graft";

  @Override
  public void apply(Draft draft) throws IOException {
    for (String file : draft.source().names()) {
      Optional<ImageName> image = ImageName.parse(file);
      switch (image.map(name -> Provenance.of(name.kind())).orElse(Provenance.SOURCE)) {
        case SOURCE -> draft.copy(Origin.SOURCE, file, file);
        case SOURCE_IN_NAMESPACE -> takeIntoNamespace(draft, image.orElseThrow());
        // Placed below, and by the step for tmpfs.
        case TEMPLATE, TMPFS, NEITHER -> {}
      }
    }
    for (String file : draft.template().names()) {
      Optional<ImageName> image = ImageName.parse(file);
      if (image.isPresent() && Provenance.of(image.get().kind()) == Provenance.TEMPLATE) {
        draft.copy(Origin.TEMPLATE, file, file);
        draft.report(
            NAME, file, "the source's", "the device's", "the environment is the device's own");
      }
    }
  }

  private static void takeIntoNamespace(Draft draft, ImageName image) throws IOException {
    ImageKind kind = image.kind();
    if (draft.source().images(kind).size() > 1) {
      draft.refuse(
          "a process is in a namespace of its own ("
              + image
              + " and others), for which the device's container has no place");
      return;
    }
    List<ImageName> places = draft.template().images(kind);
    if (places.isEmpty()) {
      if (!draft.source().entries(image).entries().isEmpty() && kind != ImageKind.TIMENS) {
        String fallback = ipcWithoutTemplateImage(draft, kind);
        if (fallback.isEmpty()) {
          draft.refuse(image + " has no place on the device: its template has no such namespace");
        } else {
          draft.copy(Origin.SOURCE, image.fileName(), fallback);
        }
      } else if (kind == ImageKind.TIMENS) {
        draft.report(
            NAME,
            image.fileName(),
            "the clocks of the source",
            "none",
            "the device's kernel has no time namespaces, so its own clocks are seen");
      }
      return;
    }
    ImageName place = places.getFirst();
    draft.copy(Origin.SOURCE, image.fileName(), place.fileName());
    if (!place.equals(image)) {
      draft.report(
          NAME,
          image.fileName(),
          image.fileName(),
          place.fileName(),
          "the namespace has this number in the device's template");
    }
  }

  /**
   * CRIU writes an image of System V objects only where there are some, and the probe makes none;
   * the image of the namespace's settings tells its number then. Empty where that is missing too.
   */
  private static String ipcWithoutTemplateImage(Draft draft, ImageKind kind) {
    return switch (kind) {
      case IPCNS_SHM, IPCNS_MSG, IPCNS_SEM ->
          draft.template().images(ImageKind.IPCNS_VAR).stream()
              .findFirst()
              .map(settings -> ImageName.of(kind, settings.id()).fileName())
              .orElse("");
      // The other kinds are always in a template, or their absence means something.
      default -> "";
    };
  }
}
