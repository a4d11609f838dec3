package io.godwit.criu;

/** How a field's value is laid out (protobuf encoding; CRIU writes no groups). */
enum WireType {
  VARINT(0, "varint"),
  FIXED64(1, "64-bit value"),
  DELIMITED(2, "length-delimited value"),
  FIXED32(5, "32-bit value");

  private final int code;
  private final String description;

  WireType(int code, String description) {
    this.code = code;
    this.description = description;
  }

  int code() {
    return code;
  }

  String description() {
    return description;
  }
}
