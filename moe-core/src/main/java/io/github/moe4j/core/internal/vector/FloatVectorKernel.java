package io.github.moe4j.core.internal.vector;

import io.github.moe4j.core.internal.kernel.Kernel;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of float32 by the JDK's Vector API, in the widest vectors of the processor.
 *
 * <p>A tile has two vectors of columns and as many rows as leave registers for the factors: 12 rows of 32
 * registers, 6 of 16. Sums stay in registers; each has a name of its own, since C2 keeps no vector of an
 * array in a register, and strides are constants, without which it keeps range checks in the loop.
 */
public final class FloatVectorKernel implements Kernel<float[]> {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final int W = 2 * L;

  private static final int ORIGIN = 48 / Float.BYTES;

  /** Terms that are transposed at a time. */
  private static final int BLOCK = 16;

  /** Rows of the largest tile. */
  private final int most;

  /** With the tiles for this processor. Made by name. */
  public FloatVectorKernel() {
    this(Tiles.most(S.vectorBitSize()));
  }

  /**
   * With other tiles, which have the same results.
   *
   * @param most rows of the largest, 12 or 6
   */
  public FloatVectorKernel(int most) {
    this.most = most;
  }

  @Override
  public int width() {
    return W;
  }

  @Override
  public int narrowWidth() {
    return L;
  }

  @Override
  public int origin() {
    return ORIGIN;
  }

  @Override
  public int tileRows() {
    return most;
  }

  @Override
  public int paddedRows(int rows) {
    return Tiles.padded(most, rows);
  }

  @Override
  public float[] allocate(int length) {
    return new float[length];
  }

  @Override
  public void multiply(
      int rows,
      int terms,
      float[] left,
      int leftAt,
      float[] panel,
      int panelAt,
      float[] sum,
      int sumAt,
      int sumStride) {
    for (int done = 0; done < rows; done += Tiles.rows(most, rows - done)) {
      int a = leftAt + done * SEGMENT;
      int s = sumAt + done * sumStride;
      switch (Tiles.rows(most, rows - done)) {
        case 12 -> rows12(terms, left, a, panel, panelAt, sum, s, sumStride);
        case 6 -> rows6(terms, left, a, panel, panelAt, sum, s, sumStride);
        case 4 -> rows4(terms, left, a, panel, panelAt, sum, s, sumStride);
        default -> rows1(terms, left, a, panel, panelAt, sum, s, sumStride);
      }
    }
  }

  @Override
  public void multiplyNarrow(
      int rows,
      int terms,
      float[] left,
      int leftAt,
      float[] panel,
      int panelAt,
      float[] sum,
      int sumAt) {
    for (int done = 0; done < rows; done += Tiles.rows(most, rows - done)) {
      int a = leftAt + done * SEGMENT;
      int s = sumAt + done * L;
      switch (Tiles.rows(most, rows - done)) {
        case 12 -> FloatNarrowTiles.rows12(terms, left, a, panel, panelAt, sum, s);
        case 6 -> FloatNarrowTiles.rows6(terms, left, a, panel, panelAt, sum, s);
        case 4 -> FloatNarrowTiles.rows4(terms, left, a, panel, panelAt, sum, s);
        default -> FloatNarrowTiles.rows1(terms, left, a, panel, panelAt, sum, s);
      }
    }
  }

  @Override
  public void multiplyTransposed(
      int terms,
      float[] left,
      int leftAt,
      float[] right,
      int rightAt,
      float[] sum,
      int sumAt,
      int sumStride) {
    for (int i = 0; i < W; i += Tiles.columns(most, W - i)) {
      int l = leftAt + i;
      int s = sumAt + i * sumStride;
      switch (Tiles.columns(most, W - i)) {
        case 12 -> columns12(terms, left, l, right, rightAt, sum, s, sumStride);
        case 8 -> columns8(terms, left, l, right, rightAt, sum, s, sumStride);
        case 6 -> columns6(terms, left, l, right, rightAt, sum, s, sumStride);
        default -> columns4(terms, left, l, right, rightAt, sum, s, sumStride);
      }
    }
  }

  @Override
  public void transpose(
      float[] rows, int at, int stride, int count, int terms, float[] target, int to, int apart) {
    // As many terms at a time as the cache has lines for: a column of the target takes one line a
    // term.
    for (int first = 0; first < terms; first += BLOCK) {
      int last = Math.min(terms, first + BLOCK);
      for (int c = 0; c < count; c++) {
        int from = at + c * stride;
        int column = to + c;
        for (int p = first; p < last; p++) {
          target[column + p * apart] = rows[from + p];
        }
      }
    }
  }

  @Override
  public void scatter(float[] row, int length, float[] panels, int at, int p, int terms) {
    for (int j = 0; j < length; j += W) {
      int to = at + j * terms + p * W;
      FloatVector.fromArray(S, row, j).intoArray(panels, to);
      FloatVector.fromArray(S, row, j + L).intoArray(panels, to + L);
    }
  }

  @Override
  public void copy(float[] source, int from, float[] target, int to, int count) {
    System.arraycopy(source, from, target, to, count);
  }

  @Override
  public void scale(float[] values, int at, float[] factors, int from, int count, double factor) {
    float f = (float) factor;
    for (int i = 0; i < count; i++) {
      values[at + i] *= factors[from + i] * f;
    }
  }

  @Override
  public void repeat(float[] values, int count, float[] target, int width) {
    for (int r = 0; r < count; r++) {
      Arrays.fill(target, r * width, (r + 1) * width, values[r]);
    }
  }

  @Override
  public void clear(float[] array, int at, int count) {
    Arrays.fill(array, at, at + count, 0);
  }

  private static void rows12(
      int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt, int stride) {
    FloatVector s0a = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s0b = FloatVector.fromArray(S, sum, sumAt + L);
    FloatVector s1a = FloatVector.fromArray(S, sum, sumAt + stride);
    FloatVector s1b = FloatVector.fromArray(S, sum, sumAt + stride + L);
    FloatVector s2a = FloatVector.fromArray(S, sum, sumAt + 2 * stride);
    FloatVector s2b = FloatVector.fromArray(S, sum, sumAt + 2 * stride + L);
    FloatVector s3a = FloatVector.fromArray(S, sum, sumAt + 3 * stride);
    FloatVector s3b = FloatVector.fromArray(S, sum, sumAt + 3 * stride + L);
    FloatVector s4a = FloatVector.fromArray(S, sum, sumAt + 4 * stride);
    FloatVector s4b = FloatVector.fromArray(S, sum, sumAt + 4 * stride + L);
    FloatVector s5a = FloatVector.fromArray(S, sum, sumAt + 5 * stride);
    FloatVector s5b = FloatVector.fromArray(S, sum, sumAt + 5 * stride + L);
    FloatVector s6a = FloatVector.fromArray(S, sum, sumAt + 6 * stride);
    FloatVector s6b = FloatVector.fromArray(S, sum, sumAt + 6 * stride + L);
    FloatVector s7a = FloatVector.fromArray(S, sum, sumAt + 7 * stride);
    FloatVector s7b = FloatVector.fromArray(S, sum, sumAt + 7 * stride + L);
    FloatVector s8a = FloatVector.fromArray(S, sum, sumAt + 8 * stride);
    FloatVector s8b = FloatVector.fromArray(S, sum, sumAt + 8 * stride + L);
    FloatVector s9a = FloatVector.fromArray(S, sum, sumAt + 9 * stride);
    FloatVector s9b = FloatVector.fromArray(S, sum, sumAt + 9 * stride + L);
    FloatVector s10a = FloatVector.fromArray(S, sum, sumAt + 10 * stride);
    FloatVector s10b = FloatVector.fromArray(S, sum, sumAt + 10 * stride + L);
    FloatVector s11a = FloatVector.fromArray(S, sum, sumAt + 11 * stride);
    FloatVector s11b = FloatVector.fromArray(S, sum, sumAt + 11 * stride + L);
    for (int p = 0; p < terms; p++) {
      int i = aAt + p;
      int j = bAt + p * 2 * L;
      FloatVector b0 = FloatVector.fromArray(S, b, j);
      FloatVector b1 = FloatVector.fromArray(S, b, j + L);
      FloatVector v = FloatVector.broadcast(S, a[i]);
      s0a = v.fma(b0, s0a);
      s0b = v.fma(b1, s0b);
      v = FloatVector.broadcast(S, a[i + SEGMENT]);
      s1a = v.fma(b0, s1a);
      s1b = v.fma(b1, s1b);
      v = FloatVector.broadcast(S, a[i + 2 * SEGMENT]);
      s2a = v.fma(b0, s2a);
      s2b = v.fma(b1, s2b);
      v = FloatVector.broadcast(S, a[i + 3 * SEGMENT]);
      s3a = v.fma(b0, s3a);
      s3b = v.fma(b1, s3b);
      v = FloatVector.broadcast(S, a[i + 4 * SEGMENT]);
      s4a = v.fma(b0, s4a);
      s4b = v.fma(b1, s4b);
      v = FloatVector.broadcast(S, a[i + 5 * SEGMENT]);
      s5a = v.fma(b0, s5a);
      s5b = v.fma(b1, s5b);
      v = FloatVector.broadcast(S, a[i + 6 * SEGMENT]);
      s6a = v.fma(b0, s6a);
      s6b = v.fma(b1, s6b);
      v = FloatVector.broadcast(S, a[i + 7 * SEGMENT]);
      s7a = v.fma(b0, s7a);
      s7b = v.fma(b1, s7b);
      v = FloatVector.broadcast(S, a[i + 8 * SEGMENT]);
      s8a = v.fma(b0, s8a);
      s8b = v.fma(b1, s8b);
      v = FloatVector.broadcast(S, a[i + 9 * SEGMENT]);
      s9a = v.fma(b0, s9a);
      s9b = v.fma(b1, s9b);
      v = FloatVector.broadcast(S, a[i + 10 * SEGMENT]);
      s10a = v.fma(b0, s10a);
      s10b = v.fma(b1, s10b);
      v = FloatVector.broadcast(S, a[i + 11 * SEGMENT]);
      s11a = v.fma(b0, s11a);
      s11b = v.fma(b1, s11b);
    }
    s0a.intoArray(sum, sumAt);
    s0b.intoArray(sum, sumAt + L);
    s1a.intoArray(sum, sumAt + stride);
    s1b.intoArray(sum, sumAt + stride + L);
    s2a.intoArray(sum, sumAt + 2 * stride);
    s2b.intoArray(sum, sumAt + 2 * stride + L);
    s3a.intoArray(sum, sumAt + 3 * stride);
    s3b.intoArray(sum, sumAt + 3 * stride + L);
    s4a.intoArray(sum, sumAt + 4 * stride);
    s4b.intoArray(sum, sumAt + 4 * stride + L);
    s5a.intoArray(sum, sumAt + 5 * stride);
    s5b.intoArray(sum, sumAt + 5 * stride + L);
    s6a.intoArray(sum, sumAt + 6 * stride);
    s6b.intoArray(sum, sumAt + 6 * stride + L);
    s7a.intoArray(sum, sumAt + 7 * stride);
    s7b.intoArray(sum, sumAt + 7 * stride + L);
    s8a.intoArray(sum, sumAt + 8 * stride);
    s8b.intoArray(sum, sumAt + 8 * stride + L);
    s9a.intoArray(sum, sumAt + 9 * stride);
    s9b.intoArray(sum, sumAt + 9 * stride + L);
    s10a.intoArray(sum, sumAt + 10 * stride);
    s10b.intoArray(sum, sumAt + 10 * stride + L);
    s11a.intoArray(sum, sumAt + 11 * stride);
    s11b.intoArray(sum, sumAt + 11 * stride + L);
  }

  private static void rows6(
      int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt, int stride) {
    FloatVector s0a = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s0b = FloatVector.fromArray(S, sum, sumAt + L);
    FloatVector s1a = FloatVector.fromArray(S, sum, sumAt + stride);
    FloatVector s1b = FloatVector.fromArray(S, sum, sumAt + stride + L);
    FloatVector s2a = FloatVector.fromArray(S, sum, sumAt + 2 * stride);
    FloatVector s2b = FloatVector.fromArray(S, sum, sumAt + 2 * stride + L);
    FloatVector s3a = FloatVector.fromArray(S, sum, sumAt + 3 * stride);
    FloatVector s3b = FloatVector.fromArray(S, sum, sumAt + 3 * stride + L);
    FloatVector s4a = FloatVector.fromArray(S, sum, sumAt + 4 * stride);
    FloatVector s4b = FloatVector.fromArray(S, sum, sumAt + 4 * stride + L);
    FloatVector s5a = FloatVector.fromArray(S, sum, sumAt + 5 * stride);
    FloatVector s5b = FloatVector.fromArray(S, sum, sumAt + 5 * stride + L);
    for (int p = 0; p < terms; p += 2) {
      int i = aAt + p;
      int j = bAt + p * 2 * L;
      FloatVector b0 = FloatVector.fromArray(S, b, j);
      FloatVector b1 = FloatVector.fromArray(S, b, j + L);
      FloatVector v = FloatVector.broadcast(S, a[i]);
      s0a = v.fma(b0, s0a);
      s0b = v.fma(b1, s0b);
      v = FloatVector.broadcast(S, a[i + SEGMENT]);
      s1a = v.fma(b0, s1a);
      s1b = v.fma(b1, s1b);
      v = FloatVector.broadcast(S, a[i + 2 * SEGMENT]);
      s2a = v.fma(b0, s2a);
      s2b = v.fma(b1, s2b);
      v = FloatVector.broadcast(S, a[i + 3 * SEGMENT]);
      s3a = v.fma(b0, s3a);
      s3b = v.fma(b1, s3b);
      v = FloatVector.broadcast(S, a[i + 4 * SEGMENT]);
      s4a = v.fma(b0, s4a);
      s4b = v.fma(b1, s4b);
      v = FloatVector.broadcast(S, a[i + 5 * SEGMENT]);
      s5a = v.fma(b0, s5a);
      s5b = v.fma(b1, s5b);
      FloatVector b2 = FloatVector.fromArray(S, b, j + 2 * L);
      FloatVector b3 = FloatVector.fromArray(S, b, j + 3 * L);
      v = FloatVector.broadcast(S, a[i + 1]);
      s0a = v.fma(b2, s0a);
      s0b = v.fma(b3, s0b);
      v = FloatVector.broadcast(S, a[i + SEGMENT + 1]);
      s1a = v.fma(b2, s1a);
      s1b = v.fma(b3, s1b);
      v = FloatVector.broadcast(S, a[i + 2 * SEGMENT + 1]);
      s2a = v.fma(b2, s2a);
      s2b = v.fma(b3, s2b);
      v = FloatVector.broadcast(S, a[i + 3 * SEGMENT + 1]);
      s3a = v.fma(b2, s3a);
      s3b = v.fma(b3, s3b);
      v = FloatVector.broadcast(S, a[i + 4 * SEGMENT + 1]);
      s4a = v.fma(b2, s4a);
      s4b = v.fma(b3, s4b);
      v = FloatVector.broadcast(S, a[i + 5 * SEGMENT + 1]);
      s5a = v.fma(b2, s5a);
      s5b = v.fma(b3, s5b);
    }
    s0a.intoArray(sum, sumAt);
    s0b.intoArray(sum, sumAt + L);
    s1a.intoArray(sum, sumAt + stride);
    s1b.intoArray(sum, sumAt + stride + L);
    s2a.intoArray(sum, sumAt + 2 * stride);
    s2b.intoArray(sum, sumAt + 2 * stride + L);
    s3a.intoArray(sum, sumAt + 3 * stride);
    s3b.intoArray(sum, sumAt + 3 * stride + L);
    s4a.intoArray(sum, sumAt + 4 * stride);
    s4b.intoArray(sum, sumAt + 4 * stride + L);
    s5a.intoArray(sum, sumAt + 5 * stride);
    s5b.intoArray(sum, sumAt + 5 * stride + L);
  }

  private static void rows4(
      int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt, int stride) {
    FloatVector s0a = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s0b = FloatVector.fromArray(S, sum, sumAt + L);
    FloatVector s1a = FloatVector.fromArray(S, sum, sumAt + stride);
    FloatVector s1b = FloatVector.fromArray(S, sum, sumAt + stride + L);
    FloatVector s2a = FloatVector.fromArray(S, sum, sumAt + 2 * stride);
    FloatVector s2b = FloatVector.fromArray(S, sum, sumAt + 2 * stride + L);
    FloatVector s3a = FloatVector.fromArray(S, sum, sumAt + 3 * stride);
    FloatVector s3b = FloatVector.fromArray(S, sum, sumAt + 3 * stride + L);
    for (int p = 0; p < terms; p += 2) {
      int i = aAt + p;
      int j = bAt + p * 2 * L;
      FloatVector b0 = FloatVector.fromArray(S, b, j);
      FloatVector b1 = FloatVector.fromArray(S, b, j + L);
      FloatVector v = FloatVector.broadcast(S, a[i]);
      s0a = v.fma(b0, s0a);
      s0b = v.fma(b1, s0b);
      v = FloatVector.broadcast(S, a[i + SEGMENT]);
      s1a = v.fma(b0, s1a);
      s1b = v.fma(b1, s1b);
      v = FloatVector.broadcast(S, a[i + 2 * SEGMENT]);
      s2a = v.fma(b0, s2a);
      s2b = v.fma(b1, s2b);
      v = FloatVector.broadcast(S, a[i + 3 * SEGMENT]);
      s3a = v.fma(b0, s3a);
      s3b = v.fma(b1, s3b);
      FloatVector b2 = FloatVector.fromArray(S, b, j + 2 * L);
      FloatVector b3 = FloatVector.fromArray(S, b, j + 3 * L);
      v = FloatVector.broadcast(S, a[i + 1]);
      s0a = v.fma(b2, s0a);
      s0b = v.fma(b3, s0b);
      v = FloatVector.broadcast(S, a[i + SEGMENT + 1]);
      s1a = v.fma(b2, s1a);
      s1b = v.fma(b3, s1b);
      v = FloatVector.broadcast(S, a[i + 2 * SEGMENT + 1]);
      s2a = v.fma(b2, s2a);
      s2b = v.fma(b3, s2b);
      v = FloatVector.broadcast(S, a[i + 3 * SEGMENT + 1]);
      s3a = v.fma(b2, s3a);
      s3b = v.fma(b3, s3b);
    }
    s0a.intoArray(sum, sumAt);
    s0b.intoArray(sum, sumAt + L);
    s1a.intoArray(sum, sumAt + stride);
    s1b.intoArray(sum, sumAt + stride + L);
    s2a.intoArray(sum, sumAt + 2 * stride);
    s2b.intoArray(sum, sumAt + 2 * stride + L);
    s3a.intoArray(sum, sumAt + 3 * stride);
    s3b.intoArray(sum, sumAt + 3 * stride + L);
  }

  private static void rows1(
      int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt, int stride) {
    FloatVector s0a = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s0b = FloatVector.fromArray(S, sum, sumAt + L);
    for (int p = 0; p < terms; p += 2) {
      int i = aAt + p;
      int j = bAt + p * 2 * L;
      FloatVector b0 = FloatVector.fromArray(S, b, j);
      FloatVector b1 = FloatVector.fromArray(S, b, j + L);
      FloatVector v = FloatVector.broadcast(S, a[i]);
      s0a = v.fma(b0, s0a);
      s0b = v.fma(b1, s0b);
      FloatVector b2 = FloatVector.fromArray(S, b, j + 2 * L);
      FloatVector b3 = FloatVector.fromArray(S, b, j + 3 * L);
      v = FloatVector.broadcast(S, a[i + 1]);
      s0a = v.fma(b2, s0a);
      s0b = v.fma(b3, s0b);
    }
    s0a.intoArray(sum, sumAt);
    s0b.intoArray(sum, sumAt + L);
  }

  private static void columns12(
      int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt, int stride) {
    FloatVector s0a = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s0b = FloatVector.fromArray(S, sum, sumAt + L);
    FloatVector s1a = FloatVector.fromArray(S, sum, sumAt + stride);
    FloatVector s1b = FloatVector.fromArray(S, sum, sumAt + stride + L);
    FloatVector s2a = FloatVector.fromArray(S, sum, sumAt + 2 * stride);
    FloatVector s2b = FloatVector.fromArray(S, sum, sumAt + 2 * stride + L);
    FloatVector s3a = FloatVector.fromArray(S, sum, sumAt + 3 * stride);
    FloatVector s3b = FloatVector.fromArray(S, sum, sumAt + 3 * stride + L);
    FloatVector s4a = FloatVector.fromArray(S, sum, sumAt + 4 * stride);
    FloatVector s4b = FloatVector.fromArray(S, sum, sumAt + 4 * stride + L);
    FloatVector s5a = FloatVector.fromArray(S, sum, sumAt + 5 * stride);
    FloatVector s5b = FloatVector.fromArray(S, sum, sumAt + 5 * stride + L);
    FloatVector s6a = FloatVector.fromArray(S, sum, sumAt + 6 * stride);
    FloatVector s6b = FloatVector.fromArray(S, sum, sumAt + 6 * stride + L);
    FloatVector s7a = FloatVector.fromArray(S, sum, sumAt + 7 * stride);
    FloatVector s7b = FloatVector.fromArray(S, sum, sumAt + 7 * stride + L);
    FloatVector s8a = FloatVector.fromArray(S, sum, sumAt + 8 * stride);
    FloatVector s8b = FloatVector.fromArray(S, sum, sumAt + 8 * stride + L);
    FloatVector s9a = FloatVector.fromArray(S, sum, sumAt + 9 * stride);
    FloatVector s9b = FloatVector.fromArray(S, sum, sumAt + 9 * stride + L);
    FloatVector s10a = FloatVector.fromArray(S, sum, sumAt + 10 * stride);
    FloatVector s10b = FloatVector.fromArray(S, sum, sumAt + 10 * stride + L);
    FloatVector s11a = FloatVector.fromArray(S, sum, sumAt + 11 * stride);
    FloatVector s11b = FloatVector.fromArray(S, sum, sumAt + 11 * stride + L);
    for (int p = 0; p < terms; p += 2) {
      int i = aAt + p * 2 * L;
      int j = bAt + p * 2 * L;
      FloatVector b0 = FloatVector.fromArray(S, b, j);
      FloatVector b1 = FloatVector.fromArray(S, b, j + L);
      FloatVector v = FloatVector.broadcast(S, a[i]);
      s0a = v.fma(b0, s0a);
      s0b = v.fma(b1, s0b);
      v = FloatVector.broadcast(S, a[i + 1]);
      s1a = v.fma(b0, s1a);
      s1b = v.fma(b1, s1b);
      v = FloatVector.broadcast(S, a[i + 2]);
      s2a = v.fma(b0, s2a);
      s2b = v.fma(b1, s2b);
      v = FloatVector.broadcast(S, a[i + 3]);
      s3a = v.fma(b0, s3a);
      s3b = v.fma(b1, s3b);
      v = FloatVector.broadcast(S, a[i + 4]);
      s4a = v.fma(b0, s4a);
      s4b = v.fma(b1, s4b);
      v = FloatVector.broadcast(S, a[i + 5]);
      s5a = v.fma(b0, s5a);
      s5b = v.fma(b1, s5b);
      v = FloatVector.broadcast(S, a[i + 6]);
      s6a = v.fma(b0, s6a);
      s6b = v.fma(b1, s6b);
      v = FloatVector.broadcast(S, a[i + 7]);
      s7a = v.fma(b0, s7a);
      s7b = v.fma(b1, s7b);
      v = FloatVector.broadcast(S, a[i + 8]);
      s8a = v.fma(b0, s8a);
      s8b = v.fma(b1, s8b);
      v = FloatVector.broadcast(S, a[i + 9]);
      s9a = v.fma(b0, s9a);
      s9b = v.fma(b1, s9b);
      v = FloatVector.broadcast(S, a[i + 10]);
      s10a = v.fma(b0, s10a);
      s10b = v.fma(b1, s10b);
      v = FloatVector.broadcast(S, a[i + 11]);
      s11a = v.fma(b0, s11a);
      s11b = v.fma(b1, s11b);
      FloatVector b2 = FloatVector.fromArray(S, b, j + 2 * L);
      FloatVector b3 = FloatVector.fromArray(S, b, j + 3 * L);
      v = FloatVector.broadcast(S, a[i + 2 * L]);
      s0a = v.fma(b2, s0a);
      s0b = v.fma(b3, s0b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 1]);
      s1a = v.fma(b2, s1a);
      s1b = v.fma(b3, s1b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 2]);
      s2a = v.fma(b2, s2a);
      s2b = v.fma(b3, s2b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 3]);
      s3a = v.fma(b2, s3a);
      s3b = v.fma(b3, s3b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 4]);
      s4a = v.fma(b2, s4a);
      s4b = v.fma(b3, s4b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 5]);
      s5a = v.fma(b2, s5a);
      s5b = v.fma(b3, s5b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 6]);
      s6a = v.fma(b2, s6a);
      s6b = v.fma(b3, s6b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 7]);
      s7a = v.fma(b2, s7a);
      s7b = v.fma(b3, s7b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 8]);
      s8a = v.fma(b2, s8a);
      s8b = v.fma(b3, s8b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 9]);
      s9a = v.fma(b2, s9a);
      s9b = v.fma(b3, s9b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 10]);
      s10a = v.fma(b2, s10a);
      s10b = v.fma(b3, s10b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 11]);
      s11a = v.fma(b2, s11a);
      s11b = v.fma(b3, s11b);
    }
    s0a.intoArray(sum, sumAt);
    s0b.intoArray(sum, sumAt + L);
    s1a.intoArray(sum, sumAt + stride);
    s1b.intoArray(sum, sumAt + stride + L);
    s2a.intoArray(sum, sumAt + 2 * stride);
    s2b.intoArray(sum, sumAt + 2 * stride + L);
    s3a.intoArray(sum, sumAt + 3 * stride);
    s3b.intoArray(sum, sumAt + 3 * stride + L);
    s4a.intoArray(sum, sumAt + 4 * stride);
    s4b.intoArray(sum, sumAt + 4 * stride + L);
    s5a.intoArray(sum, sumAt + 5 * stride);
    s5b.intoArray(sum, sumAt + 5 * stride + L);
    s6a.intoArray(sum, sumAt + 6 * stride);
    s6b.intoArray(sum, sumAt + 6 * stride + L);
    s7a.intoArray(sum, sumAt + 7 * stride);
    s7b.intoArray(sum, sumAt + 7 * stride + L);
    s8a.intoArray(sum, sumAt + 8 * stride);
    s8b.intoArray(sum, sumAt + 8 * stride + L);
    s9a.intoArray(sum, sumAt + 9 * stride);
    s9b.intoArray(sum, sumAt + 9 * stride + L);
    s10a.intoArray(sum, sumAt + 10 * stride);
    s10b.intoArray(sum, sumAt + 10 * stride + L);
    s11a.intoArray(sum, sumAt + 11 * stride);
    s11b.intoArray(sum, sumAt + 11 * stride + L);
  }

  private static void columns8(
      int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt, int stride) {
    FloatVector s0a = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s0b = FloatVector.fromArray(S, sum, sumAt + L);
    FloatVector s1a = FloatVector.fromArray(S, sum, sumAt + stride);
    FloatVector s1b = FloatVector.fromArray(S, sum, sumAt + stride + L);
    FloatVector s2a = FloatVector.fromArray(S, sum, sumAt + 2 * stride);
    FloatVector s2b = FloatVector.fromArray(S, sum, sumAt + 2 * stride + L);
    FloatVector s3a = FloatVector.fromArray(S, sum, sumAt + 3 * stride);
    FloatVector s3b = FloatVector.fromArray(S, sum, sumAt + 3 * stride + L);
    FloatVector s4a = FloatVector.fromArray(S, sum, sumAt + 4 * stride);
    FloatVector s4b = FloatVector.fromArray(S, sum, sumAt + 4 * stride + L);
    FloatVector s5a = FloatVector.fromArray(S, sum, sumAt + 5 * stride);
    FloatVector s5b = FloatVector.fromArray(S, sum, sumAt + 5 * stride + L);
    FloatVector s6a = FloatVector.fromArray(S, sum, sumAt + 6 * stride);
    FloatVector s6b = FloatVector.fromArray(S, sum, sumAt + 6 * stride + L);
    FloatVector s7a = FloatVector.fromArray(S, sum, sumAt + 7 * stride);
    FloatVector s7b = FloatVector.fromArray(S, sum, sumAt + 7 * stride + L);
    for (int p = 0; p < terms; p += 2) {
      int i = aAt + p * 2 * L;
      int j = bAt + p * 2 * L;
      FloatVector b0 = FloatVector.fromArray(S, b, j);
      FloatVector b1 = FloatVector.fromArray(S, b, j + L);
      FloatVector v = FloatVector.broadcast(S, a[i]);
      s0a = v.fma(b0, s0a);
      s0b = v.fma(b1, s0b);
      v = FloatVector.broadcast(S, a[i + 1]);
      s1a = v.fma(b0, s1a);
      s1b = v.fma(b1, s1b);
      v = FloatVector.broadcast(S, a[i + 2]);
      s2a = v.fma(b0, s2a);
      s2b = v.fma(b1, s2b);
      v = FloatVector.broadcast(S, a[i + 3]);
      s3a = v.fma(b0, s3a);
      s3b = v.fma(b1, s3b);
      v = FloatVector.broadcast(S, a[i + 4]);
      s4a = v.fma(b0, s4a);
      s4b = v.fma(b1, s4b);
      v = FloatVector.broadcast(S, a[i + 5]);
      s5a = v.fma(b0, s5a);
      s5b = v.fma(b1, s5b);
      v = FloatVector.broadcast(S, a[i + 6]);
      s6a = v.fma(b0, s6a);
      s6b = v.fma(b1, s6b);
      v = FloatVector.broadcast(S, a[i + 7]);
      s7a = v.fma(b0, s7a);
      s7b = v.fma(b1, s7b);
      FloatVector b2 = FloatVector.fromArray(S, b, j + 2 * L);
      FloatVector b3 = FloatVector.fromArray(S, b, j + 3 * L);
      v = FloatVector.broadcast(S, a[i + 2 * L]);
      s0a = v.fma(b2, s0a);
      s0b = v.fma(b3, s0b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 1]);
      s1a = v.fma(b2, s1a);
      s1b = v.fma(b3, s1b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 2]);
      s2a = v.fma(b2, s2a);
      s2b = v.fma(b3, s2b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 3]);
      s3a = v.fma(b2, s3a);
      s3b = v.fma(b3, s3b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 4]);
      s4a = v.fma(b2, s4a);
      s4b = v.fma(b3, s4b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 5]);
      s5a = v.fma(b2, s5a);
      s5b = v.fma(b3, s5b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 6]);
      s6a = v.fma(b2, s6a);
      s6b = v.fma(b3, s6b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 7]);
      s7a = v.fma(b2, s7a);
      s7b = v.fma(b3, s7b);
    }
    s0a.intoArray(sum, sumAt);
    s0b.intoArray(sum, sumAt + L);
    s1a.intoArray(sum, sumAt + stride);
    s1b.intoArray(sum, sumAt + stride + L);
    s2a.intoArray(sum, sumAt + 2 * stride);
    s2b.intoArray(sum, sumAt + 2 * stride + L);
    s3a.intoArray(sum, sumAt + 3 * stride);
    s3b.intoArray(sum, sumAt + 3 * stride + L);
    s4a.intoArray(sum, sumAt + 4 * stride);
    s4b.intoArray(sum, sumAt + 4 * stride + L);
    s5a.intoArray(sum, sumAt + 5 * stride);
    s5b.intoArray(sum, sumAt + 5 * stride + L);
    s6a.intoArray(sum, sumAt + 6 * stride);
    s6b.intoArray(sum, sumAt + 6 * stride + L);
    s7a.intoArray(sum, sumAt + 7 * stride);
    s7b.intoArray(sum, sumAt + 7 * stride + L);
  }

  private static void columns6(
      int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt, int stride) {
    FloatVector s0a = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s0b = FloatVector.fromArray(S, sum, sumAt + L);
    FloatVector s1a = FloatVector.fromArray(S, sum, sumAt + stride);
    FloatVector s1b = FloatVector.fromArray(S, sum, sumAt + stride + L);
    FloatVector s2a = FloatVector.fromArray(S, sum, sumAt + 2 * stride);
    FloatVector s2b = FloatVector.fromArray(S, sum, sumAt + 2 * stride + L);
    FloatVector s3a = FloatVector.fromArray(S, sum, sumAt + 3 * stride);
    FloatVector s3b = FloatVector.fromArray(S, sum, sumAt + 3 * stride + L);
    FloatVector s4a = FloatVector.fromArray(S, sum, sumAt + 4 * stride);
    FloatVector s4b = FloatVector.fromArray(S, sum, sumAt + 4 * stride + L);
    FloatVector s5a = FloatVector.fromArray(S, sum, sumAt + 5 * stride);
    FloatVector s5b = FloatVector.fromArray(S, sum, sumAt + 5 * stride + L);
    for (int p = 0; p < terms; p += 2) {
      int i = aAt + p * 2 * L;
      int j = bAt + p * 2 * L;
      FloatVector b0 = FloatVector.fromArray(S, b, j);
      FloatVector b1 = FloatVector.fromArray(S, b, j + L);
      FloatVector v = FloatVector.broadcast(S, a[i]);
      s0a = v.fma(b0, s0a);
      s0b = v.fma(b1, s0b);
      v = FloatVector.broadcast(S, a[i + 1]);
      s1a = v.fma(b0, s1a);
      s1b = v.fma(b1, s1b);
      v = FloatVector.broadcast(S, a[i + 2]);
      s2a = v.fma(b0, s2a);
      s2b = v.fma(b1, s2b);
      v = FloatVector.broadcast(S, a[i + 3]);
      s3a = v.fma(b0, s3a);
      s3b = v.fma(b1, s3b);
      v = FloatVector.broadcast(S, a[i + 4]);
      s4a = v.fma(b0, s4a);
      s4b = v.fma(b1, s4b);
      v = FloatVector.broadcast(S, a[i + 5]);
      s5a = v.fma(b0, s5a);
      s5b = v.fma(b1, s5b);
      FloatVector b2 = FloatVector.fromArray(S, b, j + 2 * L);
      FloatVector b3 = FloatVector.fromArray(S, b, j + 3 * L);
      v = FloatVector.broadcast(S, a[i + 2 * L]);
      s0a = v.fma(b2, s0a);
      s0b = v.fma(b3, s0b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 1]);
      s1a = v.fma(b2, s1a);
      s1b = v.fma(b3, s1b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 2]);
      s2a = v.fma(b2, s2a);
      s2b = v.fma(b3, s2b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 3]);
      s3a = v.fma(b2, s3a);
      s3b = v.fma(b3, s3b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 4]);
      s4a = v.fma(b2, s4a);
      s4b = v.fma(b3, s4b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 5]);
      s5a = v.fma(b2, s5a);
      s5b = v.fma(b3, s5b);
    }
    s0a.intoArray(sum, sumAt);
    s0b.intoArray(sum, sumAt + L);
    s1a.intoArray(sum, sumAt + stride);
    s1b.intoArray(sum, sumAt + stride + L);
    s2a.intoArray(sum, sumAt + 2 * stride);
    s2b.intoArray(sum, sumAt + 2 * stride + L);
    s3a.intoArray(sum, sumAt + 3 * stride);
    s3b.intoArray(sum, sumAt + 3 * stride + L);
    s4a.intoArray(sum, sumAt + 4 * stride);
    s4b.intoArray(sum, sumAt + 4 * stride + L);
    s5a.intoArray(sum, sumAt + 5 * stride);
    s5b.intoArray(sum, sumAt + 5 * stride + L);
  }

  private static void columns4(
      int terms, float[] a, int aAt, float[] b, int bAt, float[] sum, int sumAt, int stride) {
    FloatVector s0a = FloatVector.fromArray(S, sum, sumAt);
    FloatVector s0b = FloatVector.fromArray(S, sum, sumAt + L);
    FloatVector s1a = FloatVector.fromArray(S, sum, sumAt + stride);
    FloatVector s1b = FloatVector.fromArray(S, sum, sumAt + stride + L);
    FloatVector s2a = FloatVector.fromArray(S, sum, sumAt + 2 * stride);
    FloatVector s2b = FloatVector.fromArray(S, sum, sumAt + 2 * stride + L);
    FloatVector s3a = FloatVector.fromArray(S, sum, sumAt + 3 * stride);
    FloatVector s3b = FloatVector.fromArray(S, sum, sumAt + 3 * stride + L);
    for (int p = 0; p < terms; p += 2) {
      int i = aAt + p * 2 * L;
      int j = bAt + p * 2 * L;
      FloatVector b0 = FloatVector.fromArray(S, b, j);
      FloatVector b1 = FloatVector.fromArray(S, b, j + L);
      FloatVector v = FloatVector.broadcast(S, a[i]);
      s0a = v.fma(b0, s0a);
      s0b = v.fma(b1, s0b);
      v = FloatVector.broadcast(S, a[i + 1]);
      s1a = v.fma(b0, s1a);
      s1b = v.fma(b1, s1b);
      v = FloatVector.broadcast(S, a[i + 2]);
      s2a = v.fma(b0, s2a);
      s2b = v.fma(b1, s2b);
      v = FloatVector.broadcast(S, a[i + 3]);
      s3a = v.fma(b0, s3a);
      s3b = v.fma(b1, s3b);
      FloatVector b2 = FloatVector.fromArray(S, b, j + 2 * L);
      FloatVector b3 = FloatVector.fromArray(S, b, j + 3 * L);
      v = FloatVector.broadcast(S, a[i + 2 * L]);
      s0a = v.fma(b2, s0a);
      s0b = v.fma(b3, s0b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 1]);
      s1a = v.fma(b2, s1a);
      s1b = v.fma(b3, s1b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 2]);
      s2a = v.fma(b2, s2a);
      s2b = v.fma(b3, s2b);
      v = FloatVector.broadcast(S, a[i + 2 * L + 3]);
      s3a = v.fma(b2, s3a);
      s3b = v.fma(b3, s3b);
    }
    s0a.intoArray(sum, sumAt);
    s0b.intoArray(sum, sumAt + L);
    s1a.intoArray(sum, sumAt + stride);
    s1b.intoArray(sum, sumAt + stride + L);
    s2a.intoArray(sum, sumAt + 2 * stride);
    s2b.intoArray(sum, sumAt + 2 * stride + L);
    s3a.intoArray(sum, sumAt + 3 * stride);
    s3b.intoArray(sum, sumAt + 3 * stride + L);
  }
}
