package io.github.moe4j.lab.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WholeCharactersTest {
  /** One, two, three and four bytes: at 0, 1, 3 and 6. */
  private static final int[] BYTES = bytes("aäक𝄞");

  private static int[] bytes(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int[] bytes = new int[utf8.length];
    for (int i = 0; i < utf8.length; i++) {
      bytes[i] = Byte.toUnsignedInt(utf8[i]);
    }
    return bytes;
  }

  @Test
  void characters_wholeText_areAll() {
    int[] starts = WholeCharacters.characters(BYTES, 0, BYTES.length);
    assertArrayEquals(new int[] {0, 1, 3, 6}, starts);
    assertEquals("aäक𝄞", WholeCharacters.text(BYTES, starts));
  }

  @Test
  void characters_windowThatCutsTwo_leavesThemOut() {
    int[] starts = WholeCharacters.characters(BYTES, 2, 7);
    assertArrayEquals(new int[] {3}, starts);
    assertEquals("क", WholeCharacters.text(BYTES, starts));
    assertArrayEquals(new int[0], WholeCharacters.characters(BYTES, 7, 2));
  }
}
