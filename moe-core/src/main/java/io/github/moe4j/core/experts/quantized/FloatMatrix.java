package io.github.moe4j.core.experts.quantized;

import java.util.Arrays;

/** A weight in float32, input-major. */
final class FloatMatrix implements PackedMatrix {
  private final float[][] inputs;
  private final int out;

  private FloatMatrix(float[][] inputs, int out) {
    this.inputs = inputs;
    this.out = out;
  }

  static FloatMatrix pack(float[] weight, int out, int in) {
    float[][] inputs = new float[in][out];
    for (int o = 0; o < out; o++) {
      for (int d = 0; d < in; d++) {
        inputs[d][o] = Rounding.finite(weight[o * in + d]);
      }
    }
    return new FloatMatrix(inputs, out);
  }

  @Override
  public int in() {
    return inputs.length;
  }

  @Override
  public int out() {
    return out;
  }

  @Override
  public long bytes() {
    return (long) inputs.length * out * Float.BYTES;
  }

  @Override
  public void multiply(int rows, float[][] x, float[][] y, PackedRoom room) {
    Arrays.fill(room.second(), 0, out, 0);
    for (int r = 0; r < rows; r++) {
      Arrays.fill(y[r], 0, out, 0);
    }
    for (int d = 0; d < inputs.length; d += 2) {
      boolean isPair = d + 1 < inputs.length;
      for (int r = 0; r < rows; r++) {
        float next = isPair ? x[r][d + 1] : 0;
        float[] second = isPair ? inputs[d + 1] : room.second();
        PackedRoom.addScaled(x[r][d], inputs[d], next, second, y[r], out);
      }
    }
  }

  @Override
  public void unpack(int d, float[] target, PackedRoom room) {
    System.arraycopy(inputs[d], 0, target, 0, out);
  }
}
