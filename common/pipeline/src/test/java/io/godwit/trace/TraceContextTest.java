package io.godwit.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceContextTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";

  @Test
  void aMigrationsTraceHasItsId() {
    TraceContext whole = TraceContext.ofMigration("0f8fad5b-d9cb-469f-a165-70867728950e");
    assertEquals(new TraceContext("0f8fad5bd9cb469fa16570867728950e", "a16570867728950e"), whole);
    assertEquals(Optional.of(whole), TraceContext.parse(whole.header()));
  }

  @Test
  void laterVersionsMayHaveMore() {
    assertEquals(
        Optional.of(new TraceContext(TRACE, SPAN)),
        TraceContext.parse("01-" + TRACE + "-" + SPAN + "-01-what-the-future-brings"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-" + TRACE + "-" + SPAN,
        "00-" + TRACE + "-" + SPAN + "-01-more",
        "ff-" + TRACE + "-" + SPAN + "-01",
        "00-00000000000000000000000000000000-" + SPAN + "-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01"
      })
  void whatIsNoHeaderIsIgnored(String header) {
    assertEquals(Optional.empty(), TraceContext.parse(header));
  }
}
