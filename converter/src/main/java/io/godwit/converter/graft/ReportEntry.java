package io.godwit.converter.graft;

/**
 * A line of the conversion report: one thing that is different on the device.
 *
 * @param rewrite the rewrite that changed it
 * @param subject what was changed, such as an image and its field, or an address
 * @param from what it was
 * @param to what it is now
 * @param why the reason, one sentence
 */
public record ReportEntry(String rewrite, String subject, String from, String to, String why) {}
