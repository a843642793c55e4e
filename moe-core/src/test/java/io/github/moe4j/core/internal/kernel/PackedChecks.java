package io.github.moe4j.core.internal.kernel;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;
import static io.github.moe4j.core.internal.kernel.PackedKernels.E4M3_TERMS;
import static io.github.moe4j.core.internal.kernel.PackedKernels.MXFP4_TERMS;

import io.github.moe4j.core.io.HalfFloats;
import java.util.SplittableRandom;

/**
 * Compares the kernels of few bits with loops, bit by bit: what every code stands for, and products over
 * sizes that no panel, segment or block divides.
 */
final class PackedChecks {
  private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

  /** What is compared. */
  enum Sizes {
    ALL(
        1 << 16,
        new int[] {1, 2, 3, 4, 5, 7, 12, 17},
        new int[] {1, 2, 31, 33, 128, 255, 257, 300, 513},
        new int[] {1, 7, 9, 31, 33, 256}),
    /** For a JVM that does not compile vectors. */
    FEW(1 << 8, new int[] {1, 5}, new int[] {2, 33, 128, 130, 257}, new int[] {1, 9, 33});

    /** Of each format at most so many codes, spread over all. */
    private final int codes;

    private final int[] rows;
    private final int[] terms;
    private final int[] columns;

    Sizes(int codes, int[] rows, int[] terms, int[] columns) {
      this.codes = codes;
      this.rows = rows;
      this.terms = terms;
      this.columns = columns;
    }
  }

  private final Kernels kernels;
  private final Sizes sizes;
  private final SplittableRandom random;

  private PackedChecks(Kernels kernels, Sizes sizes, long seed) {
    this.kernels = kernels;
    this.sizes = sizes;
    this.random = new SplittableRandom(seed);
  }

  static void check(Kernels kernels, Sizes sizes, long seed) {
    PackedChecks checks = new PackedChecks(kernels, sizes, seed);
    PackedKernels packed = kernels.packed();
    checks.check(packed.bfloat16(), 1 << 16, new Format() {
      @Override
      public float value(int code, int term, int column) {
        return Float.intBitsToFloat(code << 16);
      }
    });
    checks.check(packed.float16(), 1 << 16, new Format() {
      @Override
      public float value(int code, int term, int column) {
        return HalfFloats.fromFloat16((short) code);
      }
    });
    checks.check(packed.int8(), 1 << 8, new Format() {
      @Override
      public float value(int code, int term, int column) {
        return (byte) code * scale(term, column);
      }

      @Override
      public float scale(int term, int column) {
        return (column + 1) * 0.37f;
      }
    });
    checks.check(packed.e4m3(), 1 << 8, new Format() {
      @Override
      public float value(int code, int term, int column) {
        return e4m3(code) * scale(term, column);
      }

      @Override
      public float scale(int term, int column) {
        return (term / E4M3_TERMS + 10 * (column / E4M3_TERMS) + 1) * 0.37f;
      }
    });
    checks.check(packed.mxfp4(), 1 << 4, new Format() {
      @Override
      public float value(int code, int term, int column) {
        float size = Math.scalb(E2M1[code & 7], exponent(term, column) - 127);
        return (code & 8) == 0 ? size : -size;
      }

      @Override
      public int given(int code, int term, int column) {
        return exponent(term, column) << 4 | code;
      }

      /** All of them, from 2 to 252. */
      private int exponent(int term, int column) {
        return 2 + (term / MXFP4_TERMS * 17 + column) % 251;
      }
    });
  }

  /** By the definition: the bias is 7, exponent 0 is subnormal, and exponent and fraction 15, 7 are no number. */
  private static float e4m3(int code) {
    int exponent = code >> 3 & 15;
    int fraction = code & 7;
    if (exponent == 15 && fraction == 7) {
      return Float.NaN;
    }
    float size = exponent == 0
        ? fraction / 8f * 0x1p-6f
        : (1 + fraction / 8f) * (float) Math.pow(2, exponent - 7);
    return code < 128 ? size : -size;
  }

  /** What codes stand for. */
  private abstract static class Format {
    abstract float value(int code, int term, int column);

    int given(int code, int term, int column) {
      return code;
    }

    float scale(int term, int column) {
      return 1;
    }
  }

  /** A factor and its values. */
  private record Factor<C>(PackedPanels<C> panels, float[][] values) {}

  private <C> void check(PackedKernel<C> kernel, int codes, Format format) {
    everyCode(kernel, codes, format);
    for (int terms : sizes.terms) {
      for (int columns : sizes.columns) {
        int[][] chosen = new int[terms][columns];
        for (int[] row : chosen) {
          for (int c = 0; c < columns; c++) {
            do {
              row[c] = random.nextInt(codes);
            } while (!isModest(format.value(row[c], 0, 0)));
          }
        }
        Factor<C> factor = factor(kernel, chosen, format);
        for (int rows : sizes.rows) {
          product(factor, rows);
        }
      }
    }
  }

  private static boolean isModest(float value) {
    return Math.abs(value) < 1e6f;
  }

  private <C> void everyCode(PackedKernel<C> kernel, int codes, Format format) {
    int step = codes > sizes.codes ? 257 : 1; // odd, so that it reaches all bits
    int terms = Math.max(8, Math.min(codes, sizes.codes) / 64);
    int[][] all = new int[terms][64];
    for (int p = 0; p < terms; p++) {
      for (int c = 0; c < 64; c++) {
        all[p][c] = (p * 64 + c) * step % codes;
        if (!Float.isFinite(format.value(all[p][c], p, c))) {
          all[p][c] = 0;
        }
      }
    }
    Factor<C> factor = factor(kernel, all, format);
    float[] column = new float[terms];
    for (int c = 0; c < 64; c++) {
      factor.panels.column(c, column);
      for (int p = 0; p < terms; p++) {
        same("code " + all[p][c], factor.values[p][c], column[p]);
      }
    }
  }

  private static <C> Factor<C> factor(PackedKernel<C> kernel, int[][] codes, Format format) {
    int columns = codes[0].length;
    float[][] values = new float[codes.length][columns];
    for (int p = 0; p < codes.length; p++) {
      for (int c = 0; c < columns; c++) {
        values[p][c] = format.value(codes[p][c], p, c);
      }
    }
    PackedPanels<C> panels =
        PackedPanels.of(kernel, codes.length, columns, new PackedPanels.Source() {
          @Override
          public int code(int term, int column) {
            return format.given(codes[term][column], term, column);
          }

          @Override
          public float scale(int term, int column) {
            return format.scale(term, column);
          }
        });
    return new Factor<>(panels, values);
  }

  private <C> void product(Factor<C> factor, int rows) {
    int terms = factor.panels.terms();
    int columns = factor.panels.columns();
    Kernel<float[]> floats = kernels.floats();
    int padded = floats.paddedRows(rows);
    Segments<float[]> left =
        new Segments<>(new float[Segments.length(padded, terms)], padded, terms);
    float[] sum = new float[padded * SEGMENT];
    float[] expected = new float[padded * SEGMENT];
    for (int r = 0; r < rows; r++) {
      for (int p = 0; p < terms; p++) {
        left.array()[left.at(r, p)] = (float) (random.nextDouble() - 0.5);
      }
      for (int c = 0; c < columns; c++) {
        int at = r * SEGMENT + c;
        sum[at] = expected[at] = (float) random.nextDouble();
        for (int p = 0; p < terms; p++) {
          expected[at] = Math.fma(left.array()[left.at(r, p)], factor.values[p][c], expected[at]);
        }
      }
    }
    float[] scratch = new float[floats.origin() + SEGMENT * floats.width()];
    for (int c = 0; c < columns; c += floats.width()) {
      int panel = c / floats.width();
      factor.panels.multiply(floats, left, rows, 0, panel, sum, c, SEGMENT, scratch);
    }
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        int at = r * SEGMENT + c;
        same(
            "%d rows, %d terms, row %d, column %d".formatted(rows, terms, r, c),
            expected[at],
            sum[at]);
      }
    }
  }

  private static void same(String where, float expected, float value) {
    if (Float.floatToRawIntBits(expected) != Float.floatToRawIntBits(value)) {
      throw new AssertionError("%s: %s, not %s".formatted(where, value, expected));
    }
  }
}
