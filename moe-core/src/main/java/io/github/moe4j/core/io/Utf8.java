package io.github.moe4j.core.io;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Texts as they lie in a header. */
final class Utf8 {
  private Utf8() {}

  /** Whether the text has no half characters, which UTF-8 cannot store. */
  static boolean canEncode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /** By bytes, as other languages compare; Java's own order differs beyond U+FFFF. */
  static int compare(String a, String b) {
    return Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }
}
