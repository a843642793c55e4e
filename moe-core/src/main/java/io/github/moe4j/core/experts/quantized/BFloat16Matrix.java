package io.github.moe4j.core.experts.quantized;

import java.util.Arrays;

/**
 * A weight in bfloat16. A word holds two inputs of one output, the first in its lower half.
 *
 * <p>The bits of a float32 become one by way of memory: words go into a tile of bytes, and the tile is
 * copied into floats. {@code Float.intBitsToFloat} would be one step, but the compilers of JDK 17 and 25
 * do not vectorize it.
 */
final class BFloat16Matrix implements PackedMatrix {
  private static final int UPPER = 0xffff0000;

  private final int[][] pairs;
  private final int in;
  private final int out;

  private BFloat16Matrix(int[][] pairs, int in, int out) {
    this.pairs = pairs;
    this.in = in;
    this.out = out;
  }

  static BFloat16Matrix pack(float[] weight, int out, int in) {
    int[][] pairs = new int[(in + 1) / 2][out];
    for (int o = 0; o < out; o++) {
      for (int d = 0; d < in; d++) {
        int upper = HalfRounding.BFLOAT16.code(weight[o * in + d], o, d) << Short.SIZE;
        pairs[d / 2][o] |= d % 2 == 0 ? upper >>> 16 : upper;
      }
    }
    return new BFloat16Matrix(pairs, in, out);
  }

  @Override
  public int in() {
    return in;
  }

  @Override
  public int out() {
    return out;
  }

  @Override
  public long bytes() {
    return (long) pairs.length * out * Integer.BYTES;
  }

  @Override
  public void multiply(int rows, float[][] x, float[][] y, PackedRoom room) {
    for (int r = 0; r < rows; r++) {
      Arrays.fill(y[r], 0, out, 0);
    }
    float[] first = room.first();
    float[] second = room.second();
    for (int p = 0; p < pairs.length; p++) {
      lower(pairs[p], room.firstTile(), out);
      upper(pairs[p], room.secondTile(), out);
      room.readFirst(out);
      room.readSecond(out);
      for (int r = 0; r < rows; r++) {
        float x1 = 2 * p + 1 < in ? x[r][2 * p + 1] : 0;
        PackedRoom.addScaled(x[r][2 * p], first, x1, second, y[r], out);
      }
    }
  }

  @Override
  public void unpack(int d, float[] target, PackedRoom room) {
    if (d % 2 == 0) {
      lower(pairs[d / 2], room.firstTile(), out);
    } else {
      upper(pairs[d / 2], room.firstTile(), out);
    }
    room.readFirst(out);
    System.arraycopy(room.first(), 0, target, 0, out);
  }

  private static void lower(int[] words, byte[] tile, int n) {
    for (int i = 0; i < n; i++) {
      PackedRoom.BITS.set(tile, i * Float.BYTES, words[i] << 16);
    }
  }

  private static void upper(int[] words, byte[] tile, int n) {
    for (int i = 0; i < n; i++) {
      PackedRoom.BITS.set(tile, i * Float.BYTES, words[i] & UPPER);
    }
  }
}
