package io.github.moe4j.core.internal.vector;

import io.github.moe4j.core.internal.kernel.PeakRate;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The limits by the JDK's Vector API, in the widest vectors of the processor.
 *
 * <p>A multiply-add takes four cycles until its result is there, and up to four begin in each: so 12
 * independent ones keep two units of a processor with 16 registers busy, and 20 all of one with 32. The
 * register that is added to is that of the result, as the instruction has it: else C2 of JDK 17 copies one for
 * each.
 */
public final class VectorPeakRate implements PeakRate {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int L = S.length();
  private static final boolean MANY = Tiles.manyRegisters(S.vectorBitSize());

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
      x0 = half.fma(half, x0);
      x1 = half.fma(half, x1);
      x2 = half.fma(half, x2);
      x3 = half.fma(half, x3);
      x4 = half.fma(half, x4);
      x5 = half.fma(half, x5);
      x6 = half.fma(half, x6);
      x7 = half.fma(half, x7);
      x8 = half.fma(half, x8);
      x9 = half.fma(half, x9);
      x10 = half.fma(half, x10);
      x11 = half.fma(half, x11);
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
      x0 = half.fma(half, x0);
      x1 = half.fma(half, x1);
      x2 = half.fma(half, x2);
      x3 = half.fma(half, x3);
      x4 = half.fma(half, x4);
      x5 = half.fma(half, x5);
      x6 = half.fma(half, x6);
      x7 = half.fma(half, x7);
      x8 = half.fma(half, x8);
      x9 = half.fma(half, x9);
      x10 = half.fma(half, x10);
      x11 = half.fma(half, x11);
      x12 = half.fma(half, x12);
      x13 = half.fma(half, x13);
      x14 = half.fma(half, x14);
      x15 = half.fma(half, x15);
      x16 = half.fma(half, x16);
      x17 = half.fma(half, x17);
      x18 = half.fma(half, x18);
      x19 = half.fma(half, x19);
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
