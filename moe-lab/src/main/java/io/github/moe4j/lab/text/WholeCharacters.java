package io.github.moe4j.lab.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Bytes of UTF-8 that a window may cut within a character. */
public final class WholeCharacters {
  private WholeCharacters() {}

  /** Bytes of the character that a byte begins, 1 to 4; 0 for a byte that begins none. */
  static int size(int first) {
    int ones = Integer.numberOfLeadingZeros(~(first << 24));
    return ones == 0 ? 1 : ones >= 2 && ones <= 4 ? ones : 0;
  }

  /**
   * Where the whole characters of some bytes begin.
   *
   * @param bytes 0 to 255 each. Not modified.
   * @param from first byte to look at
   * @param length how many
   * @return indices into {@code bytes}, rising
   */
  public static int[] characters(int[] bytes, int from, int length) {
    List<Integer> starts = new ArrayList<>();
    int at = from;
    while (at < from + length) {
      int size = size(bytes[at]);
      if (size > 0 && at + size <= from + length) {
        starts.add(at);
      }
      at += Math.max(1, size);
    }
    return starts.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The text of the characters that begin at these bytes. */
  public static String text(int[] bytes, int[] starts) {
    StringBuilder text = new StringBuilder();
    for (int start : starts) {
      byte[] one = new byte[size(bytes[start])];
      for (int i = 0; i < one.length; i++) {
        one[i] = (byte) bytes[start + i];
      }
      text.append(new String(one, StandardCharsets.UTF_8));
    }
    return text.toString();
  }
}
