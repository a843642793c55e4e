package io.github.moe4j.core.checkpoint;

import io.github.moe4j.core.internal.Allocate;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** What an entry holds. The codes stand in files: never change one. */
enum Kind {
  FLOAT(1, Float.BYTES),
  DOUBLE(2, Double.BYTES),
  DOUBLES(3, Double.BYTES),
  LONGS(4, Long.BYTES),
  TEXT(5, 1);

  private final byte code;
  private final int width;

  Kind(int code, int width) {
    this.code = (byte) code;
    this.width = width;
  }

  static @Nullable Kind ofCode(byte code) {
    return Arrays.stream(values()).filter(k -> k.code == code).findFirst().orElse(null);
  }

  byte code() {
    return code;
  }

  /** Bytes of an element. */
  int width() {
    return width;
  }

  boolean isTensor() {
    return this == FLOAT || this == DOUBLE;
  }

  /** Room to read into. */
  Values allocate(long... shape) {
    return switch (this) {
      case FLOAT -> TensorValues.of(Allocate.zeros(DataType.FLOAT, shape));
      case DOUBLE -> TensorValues.of(Allocate.zeros(DataType.DOUBLE, shape));
      case DOUBLES -> new DoubleValues(new double[Math.toIntExact(shape[0])]);
      case LONGS -> new LongValues(new long[Math.toIntExact(shape[0])]);
      case TEXT -> new TextValues(new byte[Math.toIntExact(shape[0])]);
    };
  }

  @Override
  public String toString() {
    return switch (this) {
      case FLOAT, DOUBLE -> name();
      case DOUBLES -> "double[]";
      case LONGS -> "long[]";
      case TEXT -> "text";
    };
  }
}
