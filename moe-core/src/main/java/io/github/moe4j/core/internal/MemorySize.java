package io.github.moe4j.core.internal;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes of memory as JVM options write them. */
final class MemorySize {
  private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,17})([kmgt]?)b?");

  private MemorySize() {}

  /** Bytes of a size such as {@code 512m}; -1 if it is none. */
  static long parse(String text) {
    Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return -1;
    }
    int shift = matcher.group(2).isEmpty() ? 0 : 10 * (1 + "kmgt".indexOf(matcher.group(2)));
    long number = Long.parseLong(matcher.group(1));
    return number > Long.MAX_VALUE >> shift ? -1 : number << shift;
  }
}
