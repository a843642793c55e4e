package io.github.moe4j.core.internal.vector;

import static io.github.moe4j.core.internal.vector.Lanes.FRACTION;
import static io.github.moe4j.core.internal.vector.Lanes.S;
import static io.github.moe4j.core.internal.vector.Lanes.SIGN;

import io.github.moe4j.core.internal.kernel.PlainRowCodes;
import io.github.moe4j.core.internal.kernel.RowCodes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Codes of rows by vectors, one conversion in a loop. What is left after the last whole vector, and rows with infinite
 * numbers or NaN, which the arithmetic of {@link Lanes#widened} does not know, are converted one by one.
 */
public final class RowCodesVectorKernel implements RowCodes {
  private static final int L = S.length();
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The bits of four halves, or of eight bytes. */
  private static final long HALVES = 0x0001_0001_0001_0001L;

  private static final long BYTES = 0x0101_0101_0101_0101L;

  private final RowCodes plain = new PlainRowCodes();

  /** Made by name. */
  public RowCodesVectorKernel() {}

  @Override
  public void bfloat16(byte[] codes, int from, int count, float[] target, int at) {
    int whole = count / L * L;
    for (int i = 0; i < whole; i += L) {
      Lanes.halves(codes, from + i * Short.BYTES)
          .lanewise(VectorOperators.LSHL, Short.SIZE)
          .reinterpretAsFloats()
          .intoArray(target, at + i);
    }
    plain.bfloat16(codes, from + whole * Short.BYTES, count - whole, target, at + whole);
  }

  @Override
  public void float16(byte[] codes, int from, int count, float[] target, int at) {
    // An exponent of ones carries into the sign.
    boolean finite = isFree(codes, from, count * Short.BYTES, 0x7fff * HALVES, 0x0400 * HALVES);
    int whole = finite ? count / L * L : 0;
    for (int i = 0; i < whole; i += L) {
      IntVector code = Lanes.halves(codes, from + i * Short.BYTES);
      IntVector bits = code.and(0x7fff).lanewise(VectorOperators.LSHL, FRACTION - 10);
      Lanes.widened(bits.add(127 - 15 << FRACTION), code.and(SIGN), 0x1p-14f)
          .intoArray(target, at + i);
    }
    plain.float16(codes, from + whole * Short.BYTES, count - whole, target, at + whole);
  }

  @Override
  public void e4m3(byte[] codes, int from, int count, float[] target, int at) {
    // 0x7f, which is NaN, carries into the sign.
    boolean finite = isFree(codes, from, count, 0x7f * BYTES, BYTES);
    int whole = finite ? whole(count) : 0;
    for (int i = 0; i < whole; i += L) {
      IntVector code = Lanes.ints(codes, from + i);
      IntVector bits = code.and(0x7f).lanewise(VectorOperators.LSHL, FRACTION - 3);
      Lanes.widened(bits.add(127 - 7 << FRACTION), code.and(SIGN), 0x1p-6f)
          .intoArray(target, at + i);
    }
    plain.e4m3(codes, from + whole, count - whole, target, at + whole);
  }

  @Override
  public void e2m1(byte[] codes, int from, int count, float[] target, int at) {
    int whole = whole(count);
    for (int i = 0; i < whole; i += L) {
      IntVector code = Lanes.ints(codes, from + i);
      IntVector bits = code.and(0x7).lanewise(VectorOperators.LSHL, FRACTION - 1);
      IntVector sign = code.lanewise(VectorOperators.LSHL, 28).and(SIGN);
      Lanes.widened(bits.add(127 - 1 << FRACTION), sign, 1).intoArray(target, at + i);
    }
    plain.e2m1(codes, from + whole, count - whole, target, at + whole);
  }

  /** Codes of a byte that whole vectors are made of, whose loads do not read beyond the last. */
  private static int whole(int count) {
    return Math.max(0, count - Lanes.BEYOND) / L * L;
  }

  /** Whether no code, its sign cleared, carries into the sign when a number is added. */
  private static boolean isFree(byte[] codes, int from, int bytes, long mask, long added) {
    long carried = 0;
    int i = 0;
    for (; i + Long.BYTES <= bytes; i += Long.BYTES) {
      carried |= ((long) LONGS.get(codes, from + i) & mask) + added;
    }
    return (carried & ~mask) == 0;
  }
}
