package io.github.moe4j.core.internal.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of as many codes as the widest vector has floats, and how they become those. */
final class Lanes {
  static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> HALVES =
      VectorSpecies.of(short.class, VectorShape.forBitSize(S.vectorBitSize() / 2));

  private static final VectorSpecies<Byte> HALF_BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(S.vectorBitSize() / 2));

  /** There are no vectors of less than 64 bits: of the shortest only a part is used. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, S.vectorBitSize() / 4)));

  /** Elements that a load may read beyond those it uses. */
  static final int BEYOND = BYTES.length() - S.length();

  static final int SIGN = 0x8000_0000;

  /** Of the bits of a float32. */
  static final int FRACTION = 23;

  private Lanes() {}

  /** Codes with their signs extended. JDK 17 extends them by zeros wrongly. */
  static IntVector ints(short[] codes, int at) {
    return (IntVector)
        ShortVector.fromArray(HALVES, codes, at).convertShape(VectorOperators.S2I, I, 0);
  }

  /** Codes of two bytes each, little-endian, with their signs extended. */
  static IntVector halves(byte[] codes, int at) {
    return (IntVector) ByteVector.fromArray(HALF_BYTES, codes, at)
        .reinterpretAsShorts()
        .convertShape(VectorOperators.S2I, I, 0);
  }

  /** Codes with their signs extended. */
  static IntVector ints(byte[] codes, int at) {
    return (IntVector)
        ByteVector.fromArray(BYTES, codes, at).convertShape(VectorOperators.B2I, I, 0);
  }

  /**
   * Numbers with less bits of exponent.
   *
   * @param bits those of a float32 whose exponent is right, if theirs is not 0
   * @param sign its bit, all others 0
   * @param smallest the smallest normal number
   */
  static FloatVector widened(IntVector bits, IntVector sign, float smallest) {
    // A normal number f is at most 2f − smallest, a subnormal one taken for normal is above it; and
    // 2f − smallest is what a subnormal one is. Bits of positive numbers are ordered as those are.
    FloatVector f = bits.reinterpretAsFloats();
    IntVector subnormal = f.add(f).sub(smallest).reinterpretAsInts();
    return bits.min(subnormal).or(sign).reinterpretAsFloats();
  }
}
