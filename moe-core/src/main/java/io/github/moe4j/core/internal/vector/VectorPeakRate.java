package io.github.moe4j.core.internal.vector;

import io.github.moe4j.core.internal.kernel.PeakRate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The limits by the JDK's Vector API, in the widest vectors of the processor.
 *
 * <p>A multiply-add takes four cycles until its result is there, and up to four begin in each: so 12
 * independent ones keep two units of a processor with 16 registers busy, and 20 all of one with 32.
 */
public final class VectorPeakRate implements PeakRate {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final boolean MANY = Registers.many(S.vectorBitSize());

  /** Made by name. */
  public VectorPeakRate() {}

  @Override
  public int vectorBits() {
    return S.vectorBitSize();
  }

  @Override
  public int flopsPerRound() {
    return 2 * L * (MANY ? 20 : 12);
  }

  @Override
  public float multiplyAdd(int rounds) {
    return MANY ? with20(rounds) : with12(rounds);
  }

  private static float with12(int rounds) {
    FloatVector half = FloatVector.broadcast(S, 0.5f);
    FloatVector one = FloatVector.broadcast(S, 1);
    FloatVector x0 = FloatVector.zero(S);
    FloatVector x1 = FloatVector.zero(S);
    FloatVector x2 = FloatVector.zero(S);
    FloatVector x3 = FloatVector.zero(S);
    FloatVector x4 = FloatVector.zero(S);
    FloatVector x5 = FloatVector.zero(S);
    FloatVector x6 = FloatVector.zero(S);
    FloatVector x7 = FloatVector.zero(S);
    FloatVector x8 = FloatVector.zero(S);
    FloatVector x9 = FloatVector.zero(S);
    FloatVector x10 = FloatVector.zero(S);
    FloatVector x11 = FloatVector.zero(S);
    for (int i = 0; i < rounds; i++) {
      x0 = x0.fma(half, one);
      x1 = x1.fma(half, one);
      x2 = x2.fma(half, one);
      x3 = x3.fma(half, one);
      x4 = x4.fma(half, one);
      x5 = x5.fma(half, one);
      x6 = x6.fma(half, one);
      x7 = x7.fma(half, one);
      x8 = x8.fma(half, one);
      x9 = x9.fma(half, one);
      x10 = x10.fma(half, one);
      x11 = x11.fma(half, one);
    }
    return x0.add(x1)
        .add(x2)
        .add(x3)
        .add(x4)
        .add(x5)
        .add(x6)
        .add(x7)
        .add(x8)
        .add(x9)
        .add(x10)
        .add(x11)
        .reduceLanes(VectorOperators.ADD);
  }

  private static float with20(int rounds) {
    FloatVector half = FloatVector.broadcast(S, 0.5f);
    FloatVector one = FloatVector.broadcast(S, 1);
    FloatVector x0 = FloatVector.zero(S);
    FloatVector x1 = FloatVector.zero(S);
    FloatVector x2 = FloatVector.zero(S);
    FloatVector x3 = FloatVector.zero(S);
    FloatVector x4 = FloatVector.zero(S);
    FloatVector x5 = FloatVector.zero(S);
    FloatVector x6 = FloatVector.zero(S);
    FloatVector x7 = FloatVector.zero(S);
    FloatVector x8 = FloatVector.zero(S);
    FloatVector x9 = FloatVector.zero(S);
    FloatVector x10 = FloatVector.zero(S);
    FloatVector x11 = FloatVector.zero(S);
    FloatVector x12 = FloatVector.zero(S);
    FloatVector x13 = FloatVector.zero(S);
    FloatVector x14 = FloatVector.zero(S);
    FloatVector x15 = FloatVector.zero(S);
    FloatVector x16 = FloatVector.zero(S);
    FloatVector x17 = FloatVector.zero(S);
    FloatVector x18 = FloatVector.zero(S);
    FloatVector x19 = FloatVector.zero(S);
    for (int i = 0; i < rounds; i++) {
      x0 = x0.fma(half, one);
      x1 = x1.fma(half, one);
      x2 = x2.fma(half, one);
      x3 = x3.fma(half, one);
      x4 = x4.fma(half, one);
      x5 = x5.fma(half, one);
      x6 = x6.fma(half, one);
      x7 = x7.fma(half, one);
      x8 = x8.fma(half, one);
      x9 = x9.fma(half, one);
      x10 = x10.fma(half, one);
      x11 = x11.fma(half, one);
      x12 = x12.fma(half, one);
      x13 = x13.fma(half, one);
      x14 = x14.fma(half, one);
      x15 = x15.fma(half, one);
      x16 = x16.fma(half, one);
      x17 = x17.fma(half, one);
      x18 = x18.fma(half, one);
      x19 = x19.fma(half, one);
    }
    return x0.add(x1)
        .add(x2)
        .add(x3)
        .add(x4)
        .add(x5)
        .add(x6)
        .add(x7)
        .add(x8)
        .add(x9)
        .add(x10)
        .add(x11)
        .add(x12)
        .add(x13)
        .add(x14)
        .add(x15)
        .add(x16)
        .add(x17)
        .add(x18)
        .add(x19)
        .reduceLanes(VectorOperators.ADD);
  }

  @Override
  public float read(float[] array, int from, int length) {
    FloatVector a = FloatVector.zero(S);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    int whole = length / (8 * L) * (8 * L);
    int end = from + whole;
    for (int i = from; i < end; i += 8 * L) {
      a = a.add(FloatVector.fromArray(S, array, i));
      b = b.add(FloatVector.fromArray(S, array, i + L));
      c = c.add(FloatVector.fromArray(S, array, i + 2 * L));
      d = d.add(FloatVector.fromArray(S, array, i + 3 * L));
      e = e.add(FloatVector.fromArray(S, array, i + 4 * L));
      f = f.add(FloatVector.fromArray(S, array, i + 5 * L));
      g = g.add(FloatVector.fromArray(S, array, i + 6 * L));
      h = h.add(FloatVector.fromArray(S, array, i + 7 * L));
    }
    float sum = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).reduceLanes(VectorOperators.ADD);
    for (int i = end; i < from + length; i++) {
      sum += array[i];
    }
    return sum;
  }
}
