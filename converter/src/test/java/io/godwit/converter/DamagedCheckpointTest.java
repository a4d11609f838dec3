package io.godwit.converter;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.criu.ImageException;
import io.godwit.elf.ElfException;
import io.godwit.refusal.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images come from another machine: whatever is in them, the graft ends in an answer. */
final class DamagedCheckpointTest {
  private static final int TRIES = 400;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void damageEndsInAConversionOrInAReason(boolean inTemplate) throws Exception {
    Random random = new Random(inTemplate ? 7 : 11);
    int refused = 0;
    for (int i = 0; i < TRIES; i++) {
      Corpus.Case what = Corpus.menagerie();
      String damage = damage(inTemplate ? what.template() : what.source(), random);
      try {
        new Graft().convert(what.input());
      } catch (RefusedException | ImageException | ElfException | IOException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("try " + i + ": " + damage, e);
      }
    }
    assertTrue(refused > TRIES / 10, refused + " of " + TRIES);
  }

  private static String damage(EditedFolder folder, Random random) {
    List<String> images = new ArrayList<>(folder.names());
    images.removeIf(name -> name.startsWith("pages") || name.endsWith(".gz.img"));
    String name = images.get(random.nextInt(images.size()));
    byte[] bytes = folder.bytes(name);
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    folder.put(name, bytes);
    return name;
  }
}
