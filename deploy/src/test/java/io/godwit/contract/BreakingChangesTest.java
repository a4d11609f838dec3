package io.godwit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TextFormat;
import io.godwit.checkpointer.journal.wire.JournalEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Services of this state and of the last release understand each other, and a checkpointer goes on
 * with the journal that the last release's has left. Until there is a release, the baseline is what
 * the first one will be held to.
 */
final class BreakingChangesTest {
  private static final Path RELEASED = Path.of("src/test/resources/contract");
  private static final String RENEWS =
      "mvn -pl deploy -am test -Dtest=BreakingChangesTest -Dgodwit.release=true"
          + " -Dsurefire.failIfNoSpecifiedTests=false";

  private static final FileDescriptorProto BEFORE =
      text(
          """
          name: "a.proto" package: "p" syntax: "proto3"
          message_type {
            name: "M"
            field { name: "a" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
            field { name: "b" number: 2 type: TYPE_MESSAGE type_name: ".p.M" label: LABEL_OPTIONAL oneof_index: 0 }
            oneof_decl { name: "kind" }
            enum_type { name: "E" value { name: "ZERO" number: 0 } value { name: "ONE" number: 1 } }
            reserved_range { start: 5 end: 6 }
            reserved_name: "old"
          }
          """);

  @Test
  void theContractIsWhatTheLastReleaseUnderstands() throws IOException {
    holds("contract", Request.getDescriptor().getFile());
  }

  @Test
  void theJournalIsWhatTheLastReleaseHasWritten() throws IOException {
    holds("journal", JournalEntry.getDescriptor().getFile());
  }

  private static void holds(String name, FileDescriptor now) throws IOException {
    Path file = RELEASED.resolve(name + ".desc");
    if (Boolean.getBoolean("godwit.release")) {
      Files.write(file, now.toProto().toByteArray());
    }
    assertEquals(
        List.of(),
        BreakingChanges.between(
            FileDescriptorProto.parseFrom(Files.readAllBytes(file)), now.toProto()),
        "This breaks services of the last release. Add fields instead. Only at a release is the baseline renewed: "
            + RENEWS);
  }

  @Test
  void whatIsAddedBreaksNobody() {
    FileDescriptorProto.Builder now = BEFORE.toBuilder();
    now.getMessageTypeBuilder(0)
        .addField(
            FieldDescriptorProto.newBuilder()
                .setName("c")
                .setNumber(3)
                .setType(FieldDescriptorProto.Type.TYPE_BOOL))
        .getEnumTypeBuilder(0)
        .addValueBuilder()
        .setName("TWO")
        .setNumber(2);
    now.addMessageType(DescriptorProto.newBuilder().setName("N"));
    assertEquals(List.of(), BreakingChanges.between(BEFORE, now.build()));
  }

  /** Each a change of the text of {@link #BEFORE}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          name: "M"                | name: "N"               | p.M is gone
          name: "a" number: 1      | name: "a" number: 9     | p.M.a (1) is gone
          name: "a"                | name: "z"               | p.M.a (1): name was a and is z
          TYPE_STRING              | TYPE_BYTES              | p.M.a (1): type was string and is bytes
          ".p.M"                   | ".p.N"                  | p.M.b (2): type was message .p.M and is message .p.N
          LABEL_OPTIONAL type: TYPE_STRING | LABEL_REPEATED type: TYPE_STRING | p.M.a (1): label was LABEL_OPTIONAL and is LABEL_REPEATED
          oneof_index: 0           |                         | p.M.b (2): oneof was kind and is none
          name: "E"                | name: "F"               | p.M.E is gone
          name: "ONE"              | name: "EIN"             | p.M.E.ONE is gone
          name: "ONE" number: 1    | name: "ONE" number: 2   | p.M.E.ONE: number was 1 and is 2
          start: 5                 | start: 6                | p.M does not reserve 5 any more
          reserved_name: "old"     |                         | p.M does not reserve old any more
          package: "p"             | package: "q"            | a.proto: package was p and is q
          syntax: "proto3"         | syntax: "proto2"        | a.proto: syntax was proto3 and is proto2
          """)
  void whatGoesOrBecomesSomethingElseBreaks(String from, String to, String sentence) {
    String before = TextFormat.printer().emittingSingleLine(true).printToString(BEFORE);
    String now = before.replace(from, to == null ? "" : to);
    assertEquals(List.of(sentence), BreakingChanges.between(BEFORE, text(now)));
  }

  private static FileDescriptorProto text(String text) {
    try {
      return TextFormat.parse(text, FileDescriptorProto.class);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
