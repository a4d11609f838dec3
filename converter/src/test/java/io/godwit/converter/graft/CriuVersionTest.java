package io.godwit.converter.graft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CriuVersionTest {
  @ParameterizedTest
  @ValueSource(strings = {"4.1.1", "4.1", "Version: 4.1.1", "v4.1-12-gabc", "4.1.1-1"})
  void readsWhatCriuAndDistributionsWrite(String text) {
    assertEquals(new CriuVersion(4, 1), CriuVersion.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "four", "4", "Version:", "99999999.1"})
  void whatIsNoVersionIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> CriuVersion.parse(text));
  }

  @Test
  void tenComesAfterNine() {
    assertTrue(new CriuVersion(3, 9).before(3, 10));
    assertFalse(new CriuVersion(4, 0).before(3, 19));
  }
}
