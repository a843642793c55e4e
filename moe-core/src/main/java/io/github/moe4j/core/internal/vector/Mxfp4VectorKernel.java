package io.github.moe4j.core.internal.vector;

import static io.github.moe4j.core.internal.kernel.PackedKernels.MXFP4_TERMS;
import static io.github.moe4j.core.internal.vector.Lanes.FRACTION;
import static io.github.moe4j.core.internal.vector.Lanes.S;
import static io.github.moe4j.core.internal.vector.Lanes.SIGN;

import io.github.moe4j.core.internal.kernel.PackedKernel;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Weights in MXFP4. A panel is made of blocks of {@value
 * io.github.moe4j.core.internal.kernel.PackedKernels#MXFP4_TERMS} terms: the exponents of all columns, and
 * for each term a byte for two columns, the first half of them in the lower bits.
 *
 * <p>They become float32 as in {@link Lanes#widened}, the factor being the smallest normal number; written
 * out, and not multiplied as codes, since C2 of JDK 17 reaches the limit of what it inlines otherwise.
 */
public final class Mxfp4VectorKernel implements PackedKernel<byte[]> {
  private static final int L = S.length();
  private static final int W = 2 * L;
  private static final int BLOCK = W + MXFP4_TERMS * L;

  /** Made by name. */
  public Mxfp4VectorKernel() {}

  @Override
  public int width() {
    return W;
  }

  @Override
  public int length(int terms) {
    int rest = terms % MXFP4_TERMS;
    return terms / MXFP4_TERMS * BLOCK + (rest == 0 ? 0 : W + rest * L);
  }

  @Override
  public byte[] allocate(int panels, int terms) {
    byte[] codes = new byte[panels * length(terms) + Lanes.BEYOND];
    for (int panel = 0; panel < panels; panel++) {
      for (int term = 0; term < terms; term += MXFP4_TERMS) {
        int at = panel * length(terms) + length(term);
        Arrays.fill(codes, at, at + W, (byte) 127); // the factor 1
      }
    }
    return codes;
  }

  @Override
  public void set(byte[] codes, int panelAt, int term, int column, int code) {
    int block = panelAt + term / MXFP4_TERMS * BLOCK;
    codes[block + column] = (byte) (code >> 4);
    int at = block + W + term % MXFP4_TERMS * L + column % L;
    int number = code & 0xf;
    codes[at] = (byte) (column < L ? codes[at] & 0xf0 | number : codes[at] & 0x0f | number << 4);
  }

  @Override
  public void unpack(
      int terms,
      byte[] codes,
      int codesAt,
      float[] scales,
      int scalesAt,
      float[] panel,
      int panelAt) {
    for (int first = 0; first < terms; first += MXFP4_TERMS) {
      int here = Math.min(MXFP4_TERMS, terms - first);
      int at = codesAt + first / MXFP4_TERMS * BLOCK;
      unpackLower(here, codes, at, panel, panelAt + first * W);
      unpackUpper(here, codes, at, panel, panelAt + first * W);
    }
  }

  private static void unpackLower(int terms, byte[] codes, int codesAt, float[] panel, int to) {
    IntVector factor = factor(codes, codesAt);
    FloatVector smallest = factor.reinterpretAsFloats();
    IntVector half = factor.sub(1 << FRACTION);
    for (int p = 0; p < terms; p++) {
      IntVector code = Lanes.ints(codes, codesAt + W + p * L);
      IntVector bits =
          code.and(0x7).lanewise(VectorOperators.LSHL, FRACTION - 1).add(half);
      FloatVector f = bits.reinterpretAsFloats();
      IntVector subnormal = f.add(f).sub(smallest).reinterpretAsInts();
      IntVector sign = code.lanewise(VectorOperators.LSHL, 28).and(SIGN);
      bits.min(subnormal).or(sign).reinterpretAsFloats().intoArray(panel, to + p * W);
    }
  }

  private static void unpackUpper(int terms, byte[] codes, int codesAt, float[] panel, int to) {
    IntVector factor = factor(codes, codesAt + L);
    FloatVector smallest = factor.reinterpretAsFloats();
    IntVector half = factor.sub(1 << FRACTION);
    for (int p = 0; p < terms; p++) {
      IntVector code = Lanes.ints(codes, codesAt + W + p * L);
      IntVector bits =
          code.and(0x70).lanewise(VectorOperators.LSHL, FRACTION - 5).add(half);
      FloatVector f = bits.reinterpretAsFloats();
      IntVector subnormal = f.add(f).sub(smallest).reinterpretAsInts();
      IntVector sign = code.and(SIGN);
      bits.min(subnormal).or(sign).reinterpretAsFloats().intoArray(panel, to + p * W + L);
    }
  }

  /** The bits of the factor of each column. */
  private static IntVector factor(byte[] codes, int at) {
    return Lanes.ints(codes, at).and(0xff).lanewise(VectorOperators.LSHL, FRACTION);
  }
}
