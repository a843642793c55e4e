package io.github.moe4j.core.experts.quantized;

import java.util.Arrays;

/** A weight as codes, which become float32 one by one: for formats that no loop of Java is fast with. */
final class CodedMatrix implements PackedMatrix {
  private static final int BYTE_MASK = 0xff;

  private final byte[][] inputs;
  private final Rounding rounding;
  private final int out;

  private CodedMatrix(byte[][] inputs, Rounding rounding, int out) {
    this.inputs = inputs;
    this.rounding = rounding;
    this.out = out;
  }

  static CodedMatrix pack(Rounding rounding, float[] weight, int out, int in) {
    byte[][] inputs = new byte[in][(out * rounding.bits() + Byte.SIZE - 1) / Byte.SIZE];
    for (int o = 0; o < out; o++) {
      for (int d = 0; d < in; d++) {
        set(inputs[d], rounding.bits(), o, rounding.code(weight[o * in + d], o, d));
      }
    }
    return new CodedMatrix(inputs, rounding, out);
  }

  private static void set(byte[] codes, int bits, int o, int code) {
    switch (bits) {
      case 4 -> codes[o / 2] |= (byte) (o % 2 == 0 ? code : code << 4);
      case 8 -> codes[o] = (byte) code;
      default -> {
        codes[2 * o] = (byte) code;
        codes[2 * o + 1] = (byte) (code >> 8);
      }
    }
  }

  private static int code(byte[] codes, int bits, int o) {
    return switch (bits) {
      case 4 -> (o % 2 == 0 ? codes[o / 2] : codes[o / 2] >> 4) & 0xf;
      case 8 -> codes[o] & BYTE_MASK;
      default -> codes[2 * o] & BYTE_MASK | (codes[2 * o + 1] & BYTE_MASK) << 8;
    };
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
    return (long) inputs.length * inputs[0].length + rounding.scaleBytes();
  }

  @Override
  public void multiply(int rows, float[][] x, float[][] y, PackedRoom room) {
    Arrays.fill(room.second(), 0, out, 0);
    for (int r = 0; r < rows; r++) {
      Arrays.fill(y[r], 0, out, 0);
    }
    for (int d = 0; d < inputs.length; d++) {
      unpack(d, room.first(), room);
      for (int r = 0; r < rows; r++) {
        PackedRoom.addScaled(x[r][d], room.first(), 0, room.second(), y[r], out);
      }
    }
  }

  @Override
  public void unpack(int d, float[] target, PackedRoom room) {
    for (int o = 0; o < out; o++) {
      target[o] = rounding.value(code(inputs[d], rounding.bits(), o), o, d);
    }
  }
}
