package io.github.moe4j.lab.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScriptsTest {
  private static Scripts of(String train, String validation) {
    return Scripts.of(new Split(data(train), data(validation)));
  }

  private static TextData data(String line) {
    return new TextData(List.of(new Domain("d", List.of(line))));
  }

  private static Batch batch(byte... text) {
    int[] tokens = new int[text.length];
    for (int i = 0; i < text.length; i++) {
      tokens[i] = Byte.toUnsignedInt(text[i]);
    }
    return new Batch(1, tokens.length, tokens, tokens, new int[tokens.length]);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void names_areThoseOfBothParts_mostBytesFirst() {
    // Line ends are common; a Han character has 3 bytes, a Cyrillic one 2.
    assertEquals(
        List.of("latin", "han", "cyrillic", "common"), of("abcdefgh漢字", "ж ж").names());
  }

  @Test
  void indices_byHand() {
    Scripts scripts = of("latinlatin", "ж漢 😀");
    assertEquals(List.of("latin", "common", "han", "cyrillic"), scripts.names());
    int[] found = scripts.indices(batch(utf8("aж 漢😀")));
    assertArrayEquals(new int[] {0, 3, 3, 1, 2, 2, 2, 1, 1, 1, 1}, found);
  }

  @Test
  void indices_ofCharactersCutByTheWindow_areUnknown() {
    Scripts scripts = of("latin", "ж漢 ");
    byte[] han = utf8("漢");
    int[] found = scripts.indices(batch(han[1], han[2], (byte) 'a', han[0], han[1]));
    assertArrayEquals(new int[] {-1, -1, scripts.names().indexOf("latin"), -1, -1}, found);
  }

  @Test
  void indices_ofACombiningMark_areThoseOfItsLetter() {
    Scripts scripts = of("latin", "ж");
    int cyrillic = scripts.names().indexOf("cyrillic");
    assertArrayEquals(
        new int[] {cyrillic, cyrillic, cyrillic, cyrillic},
        scripts.indices(batch(utf8("ж\u0301"))));
  }

  @Test
  void indices_areByWindow() {
    Scripts scripts = of("latin", "ж");
    byte[] letter = utf8("ж");
    int[] tokens = {'a', Byte.toUnsignedInt(letter[0]), Byte.toUnsignedInt(letter[1]), 'b'};
    Batch two = new Batch(2, 2, tokens, tokens, new int[4]);
    int latin = scripts.names().indexOf("latin");
    assertArrayEquals(new int[] {latin, -1, -1, latin}, scripts.indices(two));
  }
}
