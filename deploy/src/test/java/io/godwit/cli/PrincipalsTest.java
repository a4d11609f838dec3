package io.godwit.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.messaging.Grant;
import io.godwit.messaging.Party;
import io.godwit.service.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrincipalsTest {
  @TempDir private Path folder;

  private List<Grant> read(String text) throws IOException {
    return Principals.read(Files.writeString(folder.resolve("principals"), text));
  }

  @Test
  void everyPartyHasItsLine() throws IOException {
    assertEquals(
        List.of(
            new Grant(new Party.Checkpointer("ada"), "User:ada"),
            new Grant(new Party.Converter(), "User:converter"),
            new Grant(new Party.Agent("pi"), "User:CN=pi, O=The attic"),
            new Grant(new Party.Operator(), "User:ops")),
        read(
            """
            # of this house
            checkpointer ada User:ada
            converter   User:converter

            agent pi    User:CN=pi, O=The attic
            operator User:ops
            """));
  }

  @Test
  void everyLineThatIsNoneIsNamedWithItsNumber() {
    String refused =
        assertThrows(
                SettingsException.class,
                () ->
                    read(
                        """
                        agent User:pi
                        converter User:
                        operator ops
                        agent ../pi User:pi
                        restorer pi User:pi
                        """))
            .getMessage();
    List<String> lines = refused.lines().toList();
    assertEquals(5, lines.size(), refused);
    for (int i = 0; i < lines.size(); i++) {
      assertTrue(lines.get(i).contains("principals:%d: ".formatted(i + 1)), refused);
    }
    assertTrue(lines.get(3).contains("GODWIT_DEVICE is '../pi'"), refused);
  }

  @Test
  void fileThatIsNotThereIsSaidSo() {
    String refused =
        assertThrows(SettingsException.class, () -> Principals.read(folder.resolve("none")))
            .getMessage();
    assertTrue(refused.contains("cannot be read"), refused);
  }
}
