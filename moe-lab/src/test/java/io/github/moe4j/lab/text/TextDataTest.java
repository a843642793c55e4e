package io.github.moe4j.lab.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextDataTest {

  /** "ab\ncd\n" then "é\nx\n": 6 bytes, then 2 + 1 + 1 + 1 = 5 bytes. */
  private static final TextData DATA = new TextData(
      List.of(new Domain("one", List.of("ab", "cd")), new Domain("two", List.of("é", "x"))));

  @Test
  void new_linesOfTwoDomains_followEachOther() {
    assertEquals("ab\ncd\né\nx\n", new String(DATA.bytes(), StandardCharsets.UTF_8));
    assertArrayEquals(new int[] {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, DATA.domains());
    assertEquals(List.of("one", "two"), DATA.domainNames());
  }

  @Test
  void domainAt_everyPosition_equalsDomains() {
    int[] domains = DATA.domains();
    for (int i = 0; i < DATA.size(); i++) {
      assertEquals(domains[i], DATA.domainAt(i));
    }
    assertThrows(IndexOutOfBoundsException.class, () -> DATA.domainAt(11));
    assertThrows(IndexOutOfBoundsException.class, () -> DATA.domainAt(-1));
  }

  @Test
  void bytes_changedByCaller_staysAsItWas() {
    DATA.bytes()[0] = 'z';
    assertEquals('a', DATA.bytes()[0]);
  }

  @Test
  void batch_manyDraws_areWindowsOfTheText() {
    byte[] bytes = DATA.bytes();
    boolean[] started = new boolean[bytes.length];
    Batch batch = DATA.batch(new Random(1), 500, 3);

    assertEquals(500, batch.rows());
    for (int row = 0; row < batch.rows(); row++) {
      int start = find(bytes, batch, row);
      started[start] = true;
    }
    // 11 bytes, windows of 3 and one more to predict: they start at 0 to 7.
    for (int i = 0; i < started.length; i++) {
      assertEquals(i <= 7, started[i], "a window starts at " + i);
    }
  }

  @Test
  void batch_sameSeed_isTheSame() {
    assertArrayEquals(
        DATA.batch(new Random(5), 4, 3).tokens(),
        DATA.batch(new Random(5), 4, 3).tokens());
  }

  @Test
  void batch_longestWindow_isTheWholeText() {
    Batch batch = DATA.batch(new Random(1), 1, 10);
    assertEquals(0, find(DATA.bytes(), batch, 0));
  }

  @Test
  void windows_allThatFit_coverTheTextWithoutOverlap() {
    Batch windows = DATA.windows(3, 100);

    // (11 − 1) / 3 = 3 windows; the last may start at 11 − 1 − 3 = 7: 0, 7·1/2 = 3, 7.
    assertEquals(3, windows.rows());
    assertEquals(0, find(DATA.bytes(), windows, 0));
    assertEquals(3, find(DATA.bytes(), windows, 1));
    assertEquals(7, find(DATA.bytes(), windows, 2));
    assertArrayEquals(new int[] {0, 0, 0, 0, 0, 0, 1, 1, 1}, windows.domains());
  }

  @Test
  void windows_manySizes_neverOverlap() {
    TextData data = new TextData(List.of(new Domain("d", List.of(distinct(300)))));
    for (int sequence : new int[] {1, 2, 7, 64, data.size() - 1}) {
      for (int max : new int[] {1, 2, 3, 17, 1000}) {
        Batch windows = data.windows(sequence, max);
        assertEquals(Math.min(max, (data.size() - 1) / sequence), windows.rows());
        int end = 0;
        for (int row = 0; row < windows.rows(); row++) {
          int start = find(data.bytes(), windows, row);
          assertTrue(start >= end, "window " + row + " of " + windows.rows());
          end = start + sequence;
        }
      }
    }
  }

  @Test
  void windows_textTooShort_saysHowMuchIsNeeded() {
    var e = assertThrows(IllegalArgumentException.class, () -> DATA.windows(11, 4));
    assertEquals(
        "a window of 11 bytes and the one after needs 12 bytes of text but there are 11",
        e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> DATA.batch(new Random(1), 1, 11));
  }

  @Test
  void batch_sizesBelowOne_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> DATA.batch(new Random(1), 0, 3));
    assertThrows(IllegalArgumentException.class, () -> DATA.batch(new Random(1), 1, 0));
    assertThrows(IllegalArgumentException.class, () -> DATA.windows(3, 0));
  }

  @Test
  void slice_someWindows_areThoseWindows() {
    Batch windows = DATA.windows(3, 100);
    Batch last = windows.slice(1, 3);

    assertEquals(2, last.rows());
    assertEquals(3, find(DATA.bytes(), last, 0));
    assertEquals(7, find(DATA.bytes(), last, 1));
    assertEquals(0, windows.slice(2, 2).rows());
    assertThrows(IllegalArgumentException.class, () -> windows.slice(2, 4));
  }

  @Test
  void newBatch_wrongLengths_areRefused() {
    var e = assertThrows(
        IllegalArgumentException.class, () -> new Batch(2, 3, new int[6], new int[5], new int[6]));
    assertEquals(
        "tokens, targets and domains must be [6] but were [6], [5] and [6]", e.getMessage());
  }

  /** Where a window with its targets stands in the text; every window of these texts is unique. */
  private static int find(byte[] bytes, Batch batch, int row) {
    int sequence = batch.sequence();
    for (int start = 0; start + sequence < bytes.length; start++) {
      boolean same = true;
      for (int i = 0; i < sequence; i++) {
        same &= batch.tokens()[row * sequence + i] == Byte.toUnsignedInt(bytes[start + i]);
        same &= batch.targets()[row * sequence + i] == Byte.toUnsignedInt(bytes[start + i + 1]);
      }
      if (same) {
        return start;
      }
    }
    throw new AssertionError("window " + row + " is not in the text");
  }

  /** A line in which no two neighbouring characters occur twice in the same order. */
  private static String distinct(int length) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; line.length() < length; i++) {
      for (int j = i + 1; j < 26; j++) {
        line.append((char) ('a' + i)).append((char) ('a' + j));
      }
    }
    return line.substring(0, length);
  }

  @Test
  void every_ofFiveWindows_takesTheNthAndNothingTwice() {
    int[] numbers = {0, 1, 2, 3, 4};
    Batch all = new Batch(5, 1, numbers, numbers, numbers);
    assertArrayEquals(new int[] {0, 2, 4}, all.every(0, 2).tokens());
    assertArrayEquals(new int[] {1, 3}, all.every(1, 2).targets());
    assertArrayEquals(new int[] {4}, all.every(4, 9).domains());
    assertThrows(IllegalArgumentException.class, () -> all.every(5, 2));
  }
}
