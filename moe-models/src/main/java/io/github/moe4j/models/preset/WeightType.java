package io.github.moe4j.models.preset;

/** Storage types of weights, without quantization scales. */
public enum WeightType {
  /** Four bytes. */
  FLOAT32(4),
  /** Two bytes. */
  BFLOAT16(2),
  /** One byte. */
  INT8(1);

  private final int bytes;

  WeightType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of a number of weights. */
  public long bytes(long weights) {
    return Math.multiplyExact(weights, (long) bytes);
  }
}
