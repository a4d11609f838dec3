package io.godwit.converter.graft;

/** Where a file of the conversion comes from. */
public enum Origin {
  /** The frozen container's checkpoint. */
  SOURCE("the source's checkpoint"),
  /** What the device's own rehearsal left. */
  TEMPLATE("the device's template");

  private final String description;

  Origin(String description) {
    this.description = description;
  }

  /** For report lines and errors. */
  public String description() {
    return description;
  }
}
