package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ShownTest {
  @Test
  void of_controlCharacters_escaped() {
    assertEquals("a\\u001b[31m\\u000a\\u0007\\u009bb", Shown.of("a\u001b[31m\n\u0007\u009bb"));
  }

  @Test
  void of_lineSeparatorsAndDirections_escaped() {
    assertEquals("\\u2028\\u2029\\u202e\\u2066\\u200f", Shown.of("\u2028\u2029\u202e\u2066\u200f"));
  }

  @Test
  void of_formatCharacters_onlyThoseOfDirectionEscaped() {
    int[] escaped = {0x061C, 0x200E, 0x200F, 0x202A, 0x202E, 0x2066, 0x2069};
    for (int c : escaped) {
      assertEquals("\\u%04x".formatted(c), Shown.of(Character.toString(c)));
    }
    int[] kept = {0x00AD, 0x200D, 0x2064, 0x206A, 0xFEFF};
    for (int c : kept) {
      assertEquals(Character.FORMAT, Character.getType(c));
      assertEquals(Character.toString(c), Shown.of(Character.toString(c)));
    }
  }

  @Test
  void of_letters_asTheyAre() {
    // Persian with its zero-width non-joiner, and a character beyond U+FFFF.
    String text = "é 中 \u0645\u06cc\u200c\u062e \ud83d\ude00";
    assertEquals(text, Shown.of(text));
  }

  @Test
  void of_unpairedSurrogate_escaped() {
    assertEquals("\\ud83d!", Shown.of("\ud83d!"));
  }

  @Test
  void of_long_itsBeginning() {
    assertEquals("1".repeat(120) + "…", Shown.of("1".repeat(1_000_000)));
    assertEquals("1".repeat(120), Shown.of("1".repeat(120)));
  }

  @Test
  void message_long_keepsBeginningAndReason() {
    String shown = Shown.message("width '" + "1".repeat(1_000_000) + "' is not an int", 90);
    assertEquals("width '" + "1".repeat(53) + "…" + "1".repeat(15) + "' is not an int", shown);
    assertEquals(91, shown.length());
  }

  @Test
  void message_asLongAsAllowed_whole() {
    assertEquals("1234567890", Shown.message("1234567890", 10));
    assertEquals("123456…901", Shown.message("12345678901", 9));
  }

  @Test
  void message_linesOfMany_one() {
    assertEquals("a b\\u001b c", Shown.message(" a\r\n  b\u001b\nc\n", 100));
  }
}
