package io.godwit.criu;

/**
 * Where a message was read, so that an error can say it.
 *
 * @param file the image's file name, or what stands for one
 * @param path the entry and the fields down to the message, empty at the file itself
 * @param offset of the first byte in the file, −1 for a message that was not read from one
 */
record Location(String file, String path, long offset) {
  static final Location NOWHERE = new Location("new message", "", -1);

  Location field(int number, long atOffset) {
    return new Location(file, path + "." + number, offset < 0 ? -1 : atOffset);
  }

  Location at(long delta) {
    return offset < 0 ? this : new Location(file, path, offset + delta);
  }

  String describe() {
    return path.isEmpty() ? file : file + " " + path;
  }
}
