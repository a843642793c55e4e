package io.github.moe4j.core.io;

import io.github.moe4j.core.internal.HostMemory;
import io.github.moe4j.core.internal.Require;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Moves elements between an array's memory and bytes of a file, and converts them. Not thread-safe. */
final class Elements {
  /** The largest whole number up to which all are float64. */
  private static final long EXACT = 1L << 53;

  /** Moved at once. */
  static final int PIECE = 1 << 14;

  private final INDArray array;
  private final boolean single;
  private final TensorType type;

  // Room for conversion, where there is any. Models have many small tensors: no larger than needed.
  private final float[] floats;
  private final double[] doubles;

  /**
   * Elements of an array.
   *
   * @param array FLOAT or DOUBLE, contiguous in c order
   * @param type of the bytes
   */
  Elements(INDArray array, TensorType type) {
    this.array = array;
    this.single = array.dataType() == DataType.FLOAT;
    this.type = type;
    int room = areSame() ? 0 : (int) Math.min(PIECE, array.length());
    this.floats = new float[single ? room : 0];
    this.doubles = new double[room];
  }

  private boolean areSame() {
    return single ? type == TensorType.FLOAT32 : type == TensorType.FLOAT64;
  }

  /**
   * Converts bytes into elements. Modifies the array.
   *
   * @param from element to begin with
   * @param source at most {@link #PIECE} elements, all of them taken
   */
  void put(long from, ByteBuffer source) {
    int count = source.remaining() / type.bytes();
    Buffer memory = memory(from, count);
    if (areSame() && single) {
      ((FloatBuffer) memory).put(source.asFloatBuffer());
    } else if (areSame()) {
      ((DoubleBuffer) memory).put(source.asDoubleBuffer());
    } else if (single) {
      readSingle(source, count);
      ((FloatBuffer) memory).put(floats, 0, count);
    } else {
      readDouble(source, count);
      ((DoubleBuffer) memory).put(doubles, 0, count);
    }
    Reference.reachabilityFence(array);
  }

  private void readSingle(ByteBuffer source, int count) {
    for (int i = 0; i < count; i++) {
      floats[i] = (float) read(source);
    }
  }

  private void readDouble(ByteBuffer source, int count) {
    for (int i = 0; i < count; i++) {
      doubles[i] = read(source);
    }
  }

  private double read(ByteBuffer source) {
    return switch (type) {
      case FLOAT32 -> source.getFloat();
      case FLOAT16 -> HalfFloats.fromFloat16(source.getShort());
      case BFLOAT16 -> HalfFloats.fromBfloat16(source.getShort());
      case FLOAT8_E4M3 -> Float8.fromE4m3(source.get());
      case FLOAT8_E5M2 -> Float8.fromE5m2(source.get());
      case FLOAT8_E8M0 -> Float8.fromE8m0(source.get());
      case UINT8 -> Byte.toUnsignedInt(source.get());
      case FLOAT64 -> source.getDouble();
      case INT32 -> source.getInt();
      case INT64 -> source.getLong();
    };
  }

  /**
   * Converts elements into bytes. The array is not modified.
   *
   * @param from element to begin with
   * @param target with room for at most {@link #PIECE} elements; filled, its position as before
   */
  void get(long from, ByteBuffer target) {
    int count = target.remaining() / type.bytes();
    Buffer memory = memory(from, count);
    if (areSame() && single) {
      target.asFloatBuffer().put((FloatBuffer) memory);
    } else if (areSame()) {
      target.asDoubleBuffer().put((DoubleBuffer) memory);
    } else {
      load(memory, count);
      write(target.duplicate().order(target.order()), count);
    }
    Reference.reachabilityFence(array);
  }

  private void load(Buffer memory, int count) {
    if (!single) {
      ((DoubleBuffer) memory).get(doubles, 0, count);
      return;
    }
    ((FloatBuffer) memory).get(floats, 0, count);
    for (int i = 0; i < count; i++) {
      doubles[i] = floats[i];
    }
  }

  private void write(ByteBuffer target, int count) {
    for (int i = 0; i < count; i++) {
      double value = doubles[i];
      switch (type) {
        case FLOAT64 -> target.putDouble(value);
        case FLOAT32 -> target.putFloat((float) value);
        case FLOAT16 -> target.putShort(HalfFloats.toFloat16(value));
        case BFLOAT16 -> target.putShort(HalfFloats.toBfloat16(value));
        case FLOAT8_E4M3 -> target.put(Float8.toE4m3(value));
        case FLOAT8_E5M2 -> target.put(Float8.toE5m2(value));
        case FLOAT8_E8M0 -> target.put(Float8.toE8m0(value));
        case UINT8 -> target.put((byte) whole(value, 0, 0xff));
        case INT32 -> target.putInt((int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE));
        case INT64 -> target.putLong((long) whole(value, -EXACT, EXACT));
      }
    }
  }

  private double whole(double value, long least, long most) {
    Require.that(
        value == Math.rint(value) && value >= least && value <= most,
        "%s must be a whole number from %d to %d but was %s",
        type,
        least,
        most,
        value);
    return value;
  }

  private Buffer memory(long from, int count) {
    return HostMemory.buffer(array, from, count);
  }
}
