package io.godwit.converter.environment;

import io.godwit.converter.graft.Draft;
import io.godwit.converter.graft.Origin;
import io.godwit.converter.graft.Step;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.refusal.RefusalKind;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts together the files of the conversion: each from the side that {@link Provenance} says. Files
 * that this version does not know are the source's and go through unchanged, so that nothing of the
 * process is lost; descriptors.json is one of them.
 */
public final class TakeImages implements Step {
  private static final String NAME = "graft";

  private static final Set<ImageKind> IPC_OBJECTS =
      EnumSet.of(ImageKind.IPCNS_SHM, ImageKind.IPCNS_MSG, ImageKind.IPCNS_SEM);

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
    if (draft.source().images(image.kind()).size() > 1) {
      draft.refuse(
          RefusalKind.NO_PLACE,
          "a process is in a namespace of its own (%s and others), for which the device's container"
                  .formatted(image)
              + " has no place");
      return;
    }
    Optional<ImageName> place = place(draft, image.kind());
    if (place.isPresent()) {
      draft.copy(Origin.SOURCE, image.fileName(), place.get().fileName());
      if (!place.get().equals(image)) {
        draft.report(
            NAME,
            image.fileName(),
            image.fileName(),
            place.get().fileName(),
            "the namespace has this number in the device's template");
      }
    } else if (image.kind() == ImageKind.TIMENS) {
      draft.report(
          NAME,
          image.fileName(),
          "the clocks of the source",
          "none",
          "the device's kernel has no time namespaces, so its own clocks are seen");
    } else if (!draft.source().entries(image).entries().isEmpty()) {
      draft.refuse(
          RefusalKind.NO_PLACE,
          image + " has no place on the device: its template has no such namespace");
    }
  }

  /** The name under which the device's CRIU will look for the image. */
  private static Optional<ImageName> place(Draft draft, ImageKind kind) {
    List<ImageName> places = draft.template().images(kind);
    // CRIU writes an image of System V objects only where there are some, and the probe makes
    // none; the image of the namespace's settings tells its number then.
    if (places.isEmpty() && IPC_OBJECTS.contains(kind)) {
      return draft.template().images(ImageKind.IPCNS_VAR).stream()
          .findFirst()
          .map(settings -> ImageName.of(kind, settings.id()));
    }
    return places.stream().findFirst();
  }
}
