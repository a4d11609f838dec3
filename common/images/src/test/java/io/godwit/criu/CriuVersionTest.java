package io.godwit.criu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CriuVersionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "4.1.1",
        "Version: 4.1.1",
        "Version: 4.1.1\nGitID: v4.2\n",
        "criu 4.1.1",
        "v4.1.1-12-gabc",
        "4.1.1-1",
        "4.1.1.rc2"
      })
  void readsWhatCriuAndDistributionsWrite(String text) {
    assertEquals(new CriuVersion(4, 1, 1), CriuVersion.parse(text));
    assertEquals(Optional.of(new CriuVersion(4, 1, 1)), CriuVersion.find(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "four", "4", "Version:", "unknown", "99999999.1", "4.99999"})
  void whatIsNoVersionIsRefused(String text) {
    assertTrue(CriuVersion.find(text).isEmpty());
    assertThrows(IllegalArgumentException.class, () -> CriuVersion.parse(text));
  }

  @Test
  void tenComesAfterNine() {
    assertTrue(new CriuVersion(4, 10, 0).compareTo(new CriuVersion(4, 9, 9)) > 0);
    assertTrue(new CriuVersion(3, 9, 0).before(3, 10));
    assertFalse(new CriuVersion(4, 0, 0).before(3, 19));
  }

  @Test
  void sublevelsAreNotBeforeTheirMinorVersion() {
    assertFalse(new CriuVersion(4, 2, 1).before(4, 2));
    assertTrue(new CriuVersion(4, 1, 1).before(4, 2));
  }

  @Test
  void fourOneIsTheLeast() {
    assertTrue(CriuVersion.parse("4.1").isEnough());
    assertTrue(CriuVersion.parse("10.0").isEnough());
    assertFalse(CriuVersion.parse("4.0.9").isEnough());
    assertFalse(CriuVersion.parse("3.17.1").isEnough());
  }

  @Test
  void isWrittenWithItsSublevelWhereItHasOne() {
    assertEquals("4.1", new CriuVersion(4, 1, 0).toString());
    assertEquals("4.2.1", new CriuVersion(4, 2, 1).toString());
  }
}
