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
 * out, and one half of the columns after the other, since C2 of JDK 17 reaches the limit of what it inlines otherwise.
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
  public void multiply(
      int terms,
      float[] left,
      int leftAt,
      byte[] codes,
      int codesAt,
      float[] scales,
      int scalesAt,
      float[] sum,
      int sumAt) {
    for (int first = 0; first < terms; first += MXFP4_TERMS) {
      int here = Math.min(MXFP4_TERMS, terms - first);
      int at = codesAt + first / MXFP4_TERMS * BLOCK;
      lower(here, left, leftAt + first, codes, at, sum, sumAt);
      upper(here, left, leftAt + first, codes, at, sum, sumAt + L);
    }
  }

  private static void lower(
      int terms, float[] left, int leftAt, byte[] codes, int codesAt, float[] sum, int sumAt) {
    IntVector factor = factor(codes, codesAt);
    IntVector half = factor.sub(1 << FRACTION);
    FloatVector s = FloatVector.fromArray(S, sum, sumAt);
    for (int p = 0; p < terms; p++) {
      IntVector code = Lanes.ints(codes, codesAt + W + p * L);
      IntVector bits =
          code.and(0x7).lanewise(VectorOperators.LSHL, FRACTION - 1).add(half);
      FloatVector f = bits.reinterpretAsFloats();
      IntVector subnormal = f.add(f).sub(factor.reinterpretAsFloats()).reinterpretAsInts();
      FloatVector w = bits.min(subnormal)
          .or(code.lanewise(VectorOperators.LSHL, 28).and(SIGN))
          .reinterpretAsFloats();
      s = FloatVector.broadcast(S, left[leftAt + p]).fma(w, s);
    }
    s.intoArray(sum, sumAt);
  }

  private static void upper(
      int terms, float[] left, int leftAt, byte[] codes, int codesAt, float[] sum, int sumAt) {
    IntVector factor = factor(codes, codesAt + L);
    IntVector half = factor.sub(1 << FRACTION);
    FloatVector s = FloatVector.fromArray(S, sum, sumAt);
    for (int p = 0; p < terms; p++) {
      IntVector code = Lanes.ints(codes, codesAt + W + p * L);
      IntVector bits =
          code.and(0x70).lanewise(VectorOperators.LSHL, FRACTION - 5).add(half);
      FloatVector f = bits.reinterpretAsFloats();
      IntVector subnormal = f.add(f).sub(factor.reinterpretAsFloats()).reinterpretAsInts();
      FloatVector w = bits.min(subnormal).or(code.and(SIGN)).reinterpretAsFloats();
      s = FloatVector.broadcast(S, left[leftAt + p]).fma(w, s);
    }
    s.intoArray(sum, sumAt);
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
      unpackBlock(here, codes, codesAt + first / MXFP4_TERMS * BLOCK, panel, panelAt + first * W);
    }
  }

  private static void unpackBlock(int terms, byte[] codes, int codesAt, float[] panel, int to) {
    IntVector e0 = factor(codes, codesAt);
    IntVector e1 = factor(codes, codesAt + L);
    FloatVector c0 = e0.reinterpretAsFloats();
    FloatVector c1 = e1.reinterpretAsFloats();
    IntVector h0 = e0.sub(1 << FRACTION);
    IntVector h1 = e1.sub(1 << FRACTION);
    for (int p = 0; p < terms; p++) {
      IntVector code = Lanes.ints(codes, codesAt + W + p * L);
      IntVector b0 = code.and(0x7).lanewise(VectorOperators.LSHL, FRACTION - 1).add(h0);
      FloatVector f0 = b0.reinterpretAsFloats();
      IntVector n0 = f0.add(f0).sub(c0).reinterpretAsInts();
      IntVector g0 = code.lanewise(VectorOperators.LSHL, 28).and(SIGN);
      IntVector b1 = code.and(0x70).lanewise(VectorOperators.LSHL, FRACTION - 5).add(h1);
      FloatVector f1 = b1.reinterpretAsFloats();
      IntVector n1 = f1.add(f1).sub(c1).reinterpretAsInts();
      IntVector g1 = code.and(SIGN);
      b0.min(n0).or(g0).reinterpretAsFloats().intoArray(panel, to + p * W);
      b1.min(n1).or(g1).reinterpretAsFloats().intoArray(panel, to + p * W + L);
    }
  }

  /** The bits of the factor of each column. */
  private static IntVector factor(byte[] codes, int at) {
    return Lanes.ints(codes, at).and(0xff).lanewise(VectorOperators.LSHL, FRACTION);
  }
}
