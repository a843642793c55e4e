package io.github.moe4j.core.internal.vector;

/** The sizes of the tiles that a product is made of: two vectors of columns, and some rows. */
final class Tiles {
  private Tiles() {}

  /**
   * Whether the compiler has 32 vector registers rather than 16: with AVX-512, and on 64-bit Arm.
   *
   * @param bits of the widest vectors
   */
  static boolean manyRegisters(int bits) {
    return bits >= 512 || "aarch64".equals(System.getProperty("os.arch"));
  }

  /** Rows of the largest tile: as many as leave registers for the factors, 12 or 6. */
  static int most(int bits) {
    return manyRegisters(bits) ? 12 : 6;
  }

  /**
   * Rows of the next tile: the largest that fits, or one that is little too large.
   *
   * @param rest rows to be done, at least 1
   */
  static int rows(int most, int rest) {
    if (rest > 8) {
      return most;
    }
    return rest == 1 ? 1 : rest == 5 || rest == 6 ? 6 : 4;
  }

  /** Rows of all tiles together. */
  static int padded(int most, int rows) {
    int done = 0;
    while (done < rows) {
      done += rows(most, rows - done);
    }
    return done;
  }

  /**
   * Columns of the left factor for the next tile of a transposed product, so that tiles make up a panel
   * exactly.
   *
   * @param rest columns to be done, a multiple of 4
   */
  static int columns(int most, int rest) {
    if (rest == most || rest >= most + 4) {
      return most;
    }
    return most == 12 && rest >= 8 ? 8 : 4;
  }
}
