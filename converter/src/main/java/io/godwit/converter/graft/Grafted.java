package io.godwit.converter.graft;

import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A conversion.
 *
 * @param files the images that the device restores, by name, and descriptors.json
 * @param report what is different from the source's checkpoint
 */
public record Grafted(NavigableMap<String, OutputFile> files, List<ReportEntry> report) {
  public Grafted {
    files = Collections.unmodifiableNavigableMap(new TreeMap<>(files));
    report = List.copyOf(report);
  }
}
