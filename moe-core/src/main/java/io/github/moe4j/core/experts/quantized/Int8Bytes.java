package io.github.moe4j.core.experts.quantized;

import java.util.Arrays;

/** A weight in int8, a byte each: fast if the compiler vectorizes bytes times float32. */
final class Int8Bytes implements PackedMatrix {
  private final byte[][] inputs;
  private final float[] scales;

  private Int8Bytes(byte[][] inputs, float[] scales) {
    this.inputs = inputs;
    this.scales = scales;
  }

  static Int8Bytes pack(Int8Rounding rounding, float[] weight, int in) {
    int out = rounding.scales().length;
    byte[][] inputs = new byte[in][out];
    for (int o = 0; o < out; o++) {
      for (int d = 0; d < in; d++) {
        inputs[d][o] = (byte) rounding.round(weight[o * in + d], o);
      }
    }
    return new Int8Bytes(inputs, rounding.scales());
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
    return (long) in() * out() + (long) out() * Float.BYTES;
  }

  @Override
  public void multiply(int rows, float[][] x, float[][] y, PackedRoom room) {
    int out = out();
    for (int r = 0; r < rows; r++) {
      Arrays.fill(y[r], 0, out, 0);
    }
    byte[] none = room.noBytes();
    for (int d = 0; d < inputs.length; d += 2) {
      byte[] second = d + 1 < inputs.length ? inputs[d + 1] : none;
      if (rows == 1) {
        float x1 = d + 1 < inputs.length ? x[0][d + 1] : 0;
        addScaled(x[0][d], inputs[d], x1, second, y[0], out);
      } else {
        widen(inputs[d], room.first(), out);
        widen(second, room.second(), out);
        for (int r = 0; r < rows; r++) {
          float x1 = d + 1 < inputs.length ? x[r][d + 1] : 0;
          PackedRoom.addScaled(x[r][d], room.first(), x1, room.second(), y[r], out);
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < out; o++) {
        y[r][o] *= scales[o];
      }
    }
  }

  @Override
  public void unpack(int d, float[] target, PackedRoom room) {
    for (int o = 0; o < scales.length; o++) {
      target[o] = inputs[d][o] * scales[o];
    }
  }

  private static void widen(byte[] weights, float[] target, int n) {
    for (int i = 0; i < n; i++) {
      target[i] = weights[i];
    }
  }

  /** The same sums as those of {@link PackedRoom#addScaled}. */
  private static void addScaled(float x0, byte[] first, float x1, byte[] second, float[] y, int n) {
    for (int i = 0; i < n; i++) {
      y[i] += x0 * first[i] + x1 * second[i];
    }
  }
}
