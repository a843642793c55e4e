package io.github.moe4j.core;

import java.util.function.Consumer;

/** Which names belong to a part: those below its path. */
final class PartName {
  private PartName() {}

  /** Gives the rest of a name to the visitor if it lies below the part, and does nothing otherwise. */
  static void within(String part, String name, Consumer<String> visitor) {
    String prefix = part + ".";
    if (name.startsWith(prefix)) {
      visitor.accept(name.substring(prefix.length()));
    }
  }
}
