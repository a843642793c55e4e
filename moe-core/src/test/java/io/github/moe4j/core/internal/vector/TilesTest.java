package io.github.moe4j.core.internal.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TilesTest {
  @ParameterizedTest
  @CsvSource({
    "12, 1, 1",
    "12, 2, 4",
    "12, 4, 4",
    "12, 5, 6",
    "12, 6, 6",
    "12, 7, 4",
    "12, 8, 4",
    "12, 9, 12",
    "12, 40, 12",
    "6, 1, 1",
    "6, 3, 4",
    "6, 5, 6",
    "6, 8, 4",
    "6, 9, 6",
    "6, 40, 6"
  })
  void rows_rest_nextTile(int most, int rest, int expected) {
    assertEquals(expected, Tiles.rows(most, rest));
  }

  @ParameterizedTest
  @CsvSource({
    "12, 0, 0",
    "12, 1, 1",
    "12, 5, 6",
    "12, 7, 8",
    "12, 9, 12",
    "12, 13, 13",
    "12, 17, 18",
    "6, 9, 10",
    "6, 12, 12",
    "6, 13, 14"
  })
  void padded_rows_ofAllTiles(int most, int rows, int expected) {
    assertEquals(expected, Tiles.padded(most, rows));
  }

  @ParameterizedTest
  @CsvSource({
    "12, 32, 12",
    "12, 20, 12",
    "12, 16, 12",
    "12, 12, 12",
    "12, 8, 8",
    "12, 4, 4",
    "6, 16, 6",
    "6, 10, 6",
    "6, 8, 4",
    "6, 6, 6",
    "6, 4, 4"
  })
  void columns_rest_nextTile(int most, int rest, int expected) {
    assertEquals(expected, Tiles.columns(most, rest));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16, 32})
  void columns_panel_madeUpExactly(int width) {
    for (int most = 6; most <= 12; most += 6) {
      int rest = width;
      while (rest > 0) {
        rest -= Tiles.columns(most, rest);
      }
      assertEquals(0, rest, "tiles of " + most);
    }
  }

  @ParameterizedTest
  @CsvSource({"128, 6", "256, 6", "512, 12", "1024, 12"})
  void most_bitsOfVectors_twiceWithManyRegisters(int bits, int expected) {
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    assertEquals(arm ? 12 : expected, Tiles.most(bits));
    assertTrue(Tiles.manyRegisters(512));
  }
}
