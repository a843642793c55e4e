package io.github.moe4j.core.io;

/** How the numbers of a tensor are stored. */
public enum TensorType {
  /** 8 bytes. */
  FLOAT64(8),
  /** 4 bytes. */
  FLOAT32(4),
  /** IEEE half precision, 2 bytes. */
  FLOAT16(2),
  /** The upper half of a float32, 2 bytes. */
  BFLOAT16(2),
  /** FP8 with 4 bits of exponent and 3 of fraction, to ±448, without infinities; see {@link Float8}. */
  FLOAT8_E4M3(1),
  /** FP8 with 5 bits of exponent and 2 of fraction, the upper half of a float16; see {@link Float8}. */
  FLOAT8_E5M2(1),
  /** A power of two from 2⁻¹²⁷ to 2¹²⁷, a scale of other numbers; see {@link Float8}. */
  FLOAT8_E8M0(1),
  /** Whole numbers from 0 to 255: mostly bytes of a packed format, such as MXFP4. */
  UINT8(1),
  /** Whole numbers of 4 bytes with a sign. */
  INT32(4),
  /** Whole numbers of 8 bytes with a sign; those beyond ±2⁵³ are rounded when read. */
  INT64(8);

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of a number. */
  public int bytes() {
    return bytes;
  }
}
