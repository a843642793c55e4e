package io.github.moe4j.core.internal;

/**
 * Texts of files and of the command line as they may stand in a message: short, in one line, and without characters that
 * control a terminal.
 */
public final class Shown {
  /** Characters of a name or value that are shown. */
  private static final int MOST = 120;

  private Shown() {}

  /** A name or value: of a longer one the beginning. */
  public static String of(String text) {
    return text.length() <= MOST ? escaped(text) : escaped(text.substring(0, MOST)) + "…";
  }

  /** A whole message: of a longer one the beginning and the end, which has the reason. */
  public static String message(String text, int most) {
    String line = text.strip().replaceAll("\\s*\\R\\s*", " ");
    if (line.length() <= most) {
      return escaped(line);
    }
    int end = most / 3;
    return escaped(line.substring(0, most - end))
        + "…"
        + escaped(line.substring(line.length() - end));
  }

  /** The whole text; what is not printable, or changes the direction of the text, as {@code \}{@code u001b}. */
  public static String escaped(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints().forEach(c -> {
      if (isPrintable(c)) {
        line.appendCodePoint(c);
      } else {
        line.append("\\u%04x".formatted(c));
      }
    });
    return line.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR -> false;
      // Marks, embeddings, overrides and isolates of direction.
      case Character.FORMAT ->
        c != 0x061C
            && (c < 0x200E || c > 0x200F)
            && (c < 0x202A || c > 0x202E)
            && (c < 0x2066 || c > 0x2069);
      default -> true;
    };
  }
}
