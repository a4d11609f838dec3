package io.godwit.contract;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What breaks somebody who was built against an earlier state of a file: the rules that buf calls
 * FILE, as far as they concern what is on the wire, in JSON, and in text. Nothing goes, not even
 * when it is reserved: an old service would be told nothing where it waits for something.
 */
final class BreakingChanges {
  private final List<String> found = new ArrayList<>();

  private BreakingChanges() {}

  /** One sentence each; empty where who knows the one understands the other. */
  static List<String> between(FileDescriptorProto before, FileDescriptorProto now) {
    BreakingChanges changes = new BreakingChanges();
    String name = before.getName();
    changes.same(name + ": package", before.getPackage(), now.getPackage());
    changes.same(name + ": syntax", before.getSyntax(), now.getSyntax());
    changes.messages(before.getPackage(), before.getMessageTypeList(), now.getMessageTypeList());
    changes.enums(before.getPackage(), before.getEnumTypeList(), now.getEnumTypeList());
    return changes.found;
  }

  private void messages(String within, List<DescriptorProto> before, List<DescriptorProto> now) {
    Map<String, DescriptorProto> known = by(now, DescriptorProto::getName);
    for (DescriptorProto old : before) {
      String name = within + "." + old.getName();
      there(name, known, old.getName()).ifPresent(message -> message(name, old, message));
    }
  }

  private void message(String name, DescriptorProto before, DescriptorProto now) {
    Map<Integer, FieldDescriptorProto> known =
        by(now.getFieldList(), FieldDescriptorProto::getNumber);
    for (FieldDescriptorProto old : before.getFieldList()) {
      String field = "%s.%s (%d)".formatted(name, old.getName(), old.getNumber());
      there(field, known, old.getNumber())
          .ifPresent(one -> {
            same(field + ": name", old.getName(), one.getName());
            same(field + ": type", type(old), type(one));
            same(field + ": label", label(old), label(one));
            same(field + ": oneof", oneof(before, old), oneof(now, one));
          });
    }
    still(name, before.getReservedNameList(), now.getReservedNameList());
    still(
        name,
        before.getReservedRangeList().stream()
            .flatMap(range -> IntStream.range(range.getStart(), range.getEnd()).boxed())
            .toList(),
        now.getReservedRangeList().stream()
            .flatMap(range -> IntStream.range(range.getStart(), range.getEnd()).boxed())
            .toList());
    messages(name, before.getNestedTypeList(), now.getNestedTypeList());
    enums(name, before.getEnumTypeList(), now.getEnumTypeList());
  }

  private void enums(
      String within, List<EnumDescriptorProto> before, List<EnumDescriptorProto> now) {
    Map<String, EnumDescriptorProto> known = by(now, EnumDescriptorProto::getName);
    for (EnumDescriptorProto old : before) {
      String name = within + "." + old.getName();
      there(name, known, old.getName()).ifPresent(one -> enumeration(name, old, one));
    }
  }

  private void enumeration(String name, EnumDescriptorProto before, EnumDescriptorProto now) {
    Map<String, EnumValueDescriptorProto> known =
        by(now.getValueList(), EnumValueDescriptorProto::getName);
    for (EnumValueDescriptorProto old : before.getValueList()) {
      String value = "%s.%s".formatted(name, old.getName());
      there(value, known, old.getName())
          .ifPresent(one -> same(value + ": number", old.getNumber(), one.getNumber()));
    }
    still(name, before.getReservedNameList(), now.getReservedNameList());
    still(
        name,
        before.getReservedRangeList().stream()
            .flatMap(range -> IntStream.rangeClosed(range.getStart(), range.getEnd()).boxed())
            .toList(),
        now.getReservedRangeList().stream()
            .flatMap(range -> IntStream.rangeClosed(range.getStart(), range.getEnd()).boxed())
            .toList());
  }

  private <K, V> Optional<V> there(String what, Map<K, V> known, K key) {
    Optional<V> there = Optional.ofNullable(known.get(key));
    if (there.isEmpty()) {
      found.add(what + " is gone");
    }
    return there;
  }

  private void same(String what, Object before, Object now) {
    if (!before.equals(now)) {
      found.add("%s was %s and is %s".formatted(what, before, now));
    }
  }

  private <T> void still(String name, List<T> before, List<T> now) {
    Set<T> missing = new TreeSet<>(before);
    now.forEach(missing::remove);
    missing.forEach(one -> found.add("%s does not reserve %s any more".formatted(name, one)));
  }

  private static String type(FieldDescriptorProto field) {
    String name = field.getType().name().substring("TYPE_".length()).toLowerCase(Locale.ROOT);
    return Stream.of(name, field.getTypeName())
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining(" "));
  }

  private static String label(FieldDescriptorProto field) {
    return field.getProto3Optional() ? "explicit" : field.getLabel().name();
  }

  private static String oneof(DescriptorProto message, FieldDescriptorProto field) {
    return field.hasOneofIndex() ? message.getOneofDecl(field.getOneofIndex()).getName() : "none";
  }

  private static <K extends Comparable<K>, V> Map<K, V> by(List<V> all, Function<V, K> key) {
    return all.stream().collect(Collectors.toMap(key, one -> one, (one, _) -> one, TreeMap::new));
  }
}
