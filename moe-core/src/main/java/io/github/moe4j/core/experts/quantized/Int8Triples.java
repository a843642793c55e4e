package io.github.moe4j.core.experts.quantized;

import java.util.Arrays;

/**
 * A weight in int8, three of one input in a float32: {@code q₀·2¹⁶ + q₁·2⁸ + q₂}, an integer below
 * 2²³, of the outputs o, o + n and o + 2n with n a third of all.
 *
 * <p>They come apart by float32 additions alone, all of them exact, which every compiler vectorizes:
 * adding and subtracting 1.5·2³⁹ rounds to a multiple of 2¹⁶. One step a loop: JDK 17 does not reliably vectorize all
 * steps in one loop.
 */
final class Int8Triples implements PackedMatrix {
  private static final float HIGH = 1 << 16;
  private static final float MIDDLE = 1 << 8;

  private final float[][] inputs;
  private final float[] scales;

  private Int8Triples(float[][] inputs, float[] scales) {
    this.inputs = inputs;
    this.scales = scales;
  }

  static Int8Triples pack(Int8Rounding rounding, float[] weight, int in) {
    int out = rounding.scales().length;
    int third = (out + 2) / 3;
    float[][] inputs = new float[in][third];
    for (int o = 0; o < out; o++) {
      float place = o < third ? HIGH : o < 2 * third ? MIDDLE : 1;
      for (int d = 0; d < in; d++) {
        inputs[d][o % third] += place * rounding.round(weight[o * in + d], o);
      }
    }
    return new Int8Triples(inputs, rounding.scales());
  }

  @Override
  public int in() {
    return inputs.length;
  }

  @Override
  public int out() {
    return scales.length;
  }

  @Override
  public long bytes() {
    return ((long) in() * third() + out()) * Float.BYTES;
  }

  private int third() {
    return (scales.length + 2) / 3;
  }

  @Override
  public void multiply(int rows, float[][] x, float[][] y, PackedRoom room) {
    int third = third();
    float[][][] sums = room.thirds();
    for (float[][] part : sums) {
      for (int r = 0; r < rows; r++) {
        Arrays.fill(part[r], 0, third, 0);
      }
    }
    float[][][] parts = room.parts();
    for (int d = 0; d < inputs.length; d += 2) {
      boolean two = d + 1 < inputs.length;
      takeApart(inputs[d], parts[0], third);
      if (two) {
        takeApart(inputs[d + 1], parts[1], third);
      }
      for (int r = 0; r < rows; r++) {
        float x1 = two ? x[r][d + 1] : 0;
        for (int p = 0; p < 3; p++) {
          PackedRoom.addScaled(x[r][d], parts[0][p], x1, parts[two ? 1 : 0][p], sums[p][r], third);
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      collect(sums[0][r], 1 / HIGH, 0, y[r]);
      collect(sums[1][r], 1 / MIDDLE, third, y[r]);
      collect(sums[2][r], 1, 2 * third, y[r]);
    }
  }

  /** The outputs of a third. */
  private void collect(float[] sums, float place, int from, float[] y) {
    int count = Math.min(third(), scales.length - from);
    for (int i = 0; i < count; i++) {
      y[from + i] = sums[i] * place * scales[from + i];
    }
  }

  @Override
  public void unpack(int d, float[] target, PackedRoom room) {
    float[][] parts = room.parts()[0];
    takeApart(inputs[d], parts, third());
    collect(parts[0], 1 / HIGH, 0, target);
    collect(parts[1], 1 / MIDDLE, third(), target);
    collect(parts[2], 1, 2 * third(), target);
  }

  private static void takeApart(float[] triples, float[][] parts, int n) {
    round(triples, 1.5f * (1L << 39), parts[0], n);
    subtract(triples, parts[0], parts[2], n);
    round(parts[2], 1.5f * (1L << 31), parts[1], n);
    subtract(parts[2], parts[1], parts[2], n);
  }

  /** To a multiple of the last place of {@code large}. */
  private static void round(float[] values, float large, float[] target, int n) {
    for (int i = 0; i < n; i++) {
      target[i] = (values[i] + large) - large;
    }
  }

  private static void subtract(float[] values, float[] less, float[] target, int n) {
    for (int i = 0; i < n; i++) {
      target[i] = values[i] - less[i];
    }
  }
}
