package io.github.moe4j.core.internal.kernel;

import io.github.moe4j.core.internal.SmallFloats;
import io.github.moe4j.core.io.Float8;
import io.github.moe4j.core.io.HalfFloats;

/** One code after another, without vectors. */
public final class PlainRowCodes implements RowCodes {
  /** Stateless. */
  public PlainRowCodes() {}

  @Override
  public void bfloat16(byte[] codes, int from, int count, float[] target, int at) {
    for (int i = 0; i < count; i++) {
      target[at + i] = HalfFloats.fromBfloat16(half(codes, from + i * Short.BYTES));
    }
  }

  @Override
  public void float16(byte[] codes, int from, int count, float[] target, int at) {
    for (int i = 0; i < count; i++) {
      target[at + i] = HalfFloats.fromFloat16(half(codes, from + i * Short.BYTES));
    }
  }

  private static short half(byte[] codes, int at) {
    return (short) (codes[at] & 0xff | codes[at + 1] << Byte.SIZE);
  }

  @Override
  public void e4m3(byte[] codes, int from, int count, float[] target, int at) {
    for (int i = 0; i < count; i++) {
      target[at + i] = Float8.fromE4m3(codes[from + i]);
    }
  }

  @Override
  public void e2m1(byte[] codes, int from, int count, float[] target, int at) {
    for (int i = 0; i < count; i++) {
      target[at + i] = SmallFloats.E2M1.value(codes[from + i]);
    }
  }
}
