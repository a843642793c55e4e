package io.github.moe4j.lab.text;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The scripts that a text is written in, the one with the most bytes first; digits, spaces and
 * punctuation are the script "common".
 */
public final class Scripts {
  private final List<UnicodeScript> scripts;

  private Scripts(List<UnicodeScript> scripts) {
    this.scripts = scripts;
  }

  /** The scripts of both parts of a text. */
  public static Scripts of(Split split) {
    Map<UnicodeScript, Integer> bytes = new EnumMap<>(UnicodeScript.class);
    for (TextData part : List.of(split.train(), split.validation())) {
      byte[] text = part.bytes();
      int[] unsigned = new int[text.length];
      for (int i = 0; i < text.length; i++) {
        unsigned[i] = Byte.toUnsignedInt(text[i]);
      }
      for (UnicodeScript script : scripts(unsigned, 0, unsigned.length)) {
        bytes.merge(script, 1, Integer::sum);
      }
    }
    bytes.remove(UnicodeScript.UNKNOWN);
    return new Scripts(bytes.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.<Integer>reverseOrder()))
        .map(Map.Entry::getKey)
        .toList());
  }

  /** Their names in lower case, such as {@code latin}. */
  public List<String> names() {
    return scripts.stream()
        .map(script -> script.name().toLowerCase(Locale.ROOT).replace('_', ' '))
        .toList();
  }

  /**
   * The script of each byte of a batch.
   *
   * @return [rows·sequence] indices into {@link #names}; -1 for the bytes of a character that a window
   *     cuts in two
   */
  public int[] indices(Batch batch) {
    return Stream.iterate(0, row -> row < batch.rows(), row -> row + 1)
        .flatMap(
            row -> Stream.of(scripts(batch.tokens(), row * batch.sequence(), batch.sequence())))
        .mapToInt(scripts::indexOf)
        .toArray();
  }

  /** The script of each byte of UTF-8; unknown where a character is not whole. */
  private static UnicodeScript[] scripts(int[] bytes, int from, int length) {
    UnicodeScript[] all = new UnicodeScript[length];
    UnicodeScript before = UnicodeScript.UNKNOWN;
    int at = 0;
    while (at < length) {
      int size = WholeCharacters.size(bytes[from + at]);
      UnicodeScript script = UnicodeScript.UNKNOWN;
      if (size > 0 && at + size <= length) {
        script = UnicodeScript.of(codePoint(bytes, from + at, size));
        // A combining mark belongs to the letter that it stands on.
        script = script == UnicodeScript.INHERITED ? before : script;
        before = script;
      }
      int end = Math.min(length, at + Math.max(1, size));
      Arrays.fill(all, at, end, script);
      at = end;
    }
    return all;
  }

  private static int codePoint(int[] bytes, int at, int size) {
    int value = size == 1 ? bytes[at] : bytes[at] & 0xff >> size + 1;
    for (int i = 1; i < size; i++) {
      value = value << 6 | bytes[at + i] & 0x3f;
    }
    return Character.isValidCodePoint(value) ? value : 0xfffd;
  }
}
