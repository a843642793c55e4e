package io.github.moe4j.models.layout;

import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.internal.kernel.RowCodes;
import io.github.moe4j.core.io.Float8;
import io.github.moe4j.core.io.StoredFile;
import io.github.moe4j.core.io.TensorBytes;
import io.github.moe4j.core.io.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * A tensor that is stored as its numbers, as a matrix of its last axis.
 *
 * @param bytes the numbers
 * @param type of the numbers
 * @param rows all axes but the last
 * @param columns the last axis
 */
record PlainMatrix(TensorBytes bytes, TensorType type, long rows, int columns)
    implements StoredMatrix {
  @Override
  public Set<StoredFile> files() {
    return Set.of(bytes.file());
  }

  @Override
  public Reader reader() {
    return type == TensorType.FLOAT32 ? new Floats() : new Codes();
  }

  /**
   * Numbers of a row in float64, for those of that type.
   *
   * @param codes for the row as it is stored. Modified.
   * @param target Modified.
   */
  void readDoubles(long row, byte[] codes, double[] target) {
    bytes.get(position(row, 0), codes, 0, codes.length);
    ByteBuffer.wrap(codes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(target);
  }

  private long position(long row, int column) {
    return (row * columns + column) * type.bytes();
  }

  /** Numbers that need no conversion. */
  private final class Floats extends CodesReader {
    private long from;

    Floats() {
      super(PlainMatrix.this);
    }

    @Override
    void load(long row, int column, int count) {
      from = position(row, column);
    }

    @Override
    void convert(int first, int count, float[] target, int at) {
      bytes.get(from + (long) first * Float.BYTES, target, at, count);
    }
  }

  /** All others. */
  private final class Codes extends CodesReader {
    private final RowCodes conversion = RowCodes.chosen();
    private byte[] codes = new byte[0];

    Codes() {
      super(PlainMatrix.this);
    }

    @Override
    void load(long row, int column, int count) {
      codes = room(codes, count * type.bytes());
      bytes.get(position(row, column), codes, 0, count * type.bytes());
    }

    @Override
    void convert(int first, int count, float[] target, int at) {
      switch (type) {
        case BFLOAT16 -> conversion.bfloat16(codes, first * Short.BYTES, count, target, at);
        case FLOAT16 -> conversion.float16(codes, first * Short.BYTES, count, target, at);
        case FLOAT8_E4M3 -> conversion.e4m3(codes, first, count, target, at);
        default -> convertSingly(first, count, target, at);
      }
    }

    private void convertSingly(int first, int count, float[] target, int at) {
      ByteBuffer numbers =
          ByteBuffer.wrap(codes).order(ByteOrder.LITTLE_ENDIAN).position(first * type.bytes());
      for (int i = 0; i < count; i++) {
        target[at + i] = switch (type) {
          case FLOAT64 -> (float) numbers.getDouble();
          case FLOAT8_E8M0 -> Float8.fromE8m0(numbers.get());
          case INT32 -> numbers.getInt();
          case INT64 -> numbers.getLong();
          default -> throw new IllegalStateException(type + " is no type of weights or scales");
        };
      }
    }
  }
}
