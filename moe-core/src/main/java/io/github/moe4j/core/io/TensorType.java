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
  BFLOAT16(2);

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of a number. */
  public int bytes() {
    return bytes;
  }
}
