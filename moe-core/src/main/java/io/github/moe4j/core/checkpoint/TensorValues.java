package io.github.moe4j.core.checkpoint;

import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.HostMemory;
import io.github.moe4j.core.internal.Require;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Elements of a contiguous array, in its own memory. */
record TensorValues(Kind kind, INDArray array) implements Values {
  static TensorValues of(INDArray array) {
    return new TensorValues(array.dataType() == DataType.FLOAT ? Kind.FLOAT : Kind.DOUBLE, array);
  }

  static TensorValues of(String name, INDArray array) {
    Require.usable(name, array);
    Require.floating(name, array.dataType());
    Contiguous.require(name, array);
    return of(array);
  }

  @Override
  public void requireUsable(String name) {
    Require.usable(name, array);
  }

  @Override
  public long[] shape() {
    return array.shape();
  }

  @Override
  public void get(long from, ByteBuffer target) {
    Buffer numbers = memory(from, target.remaining() / kind.width());
    if (kind == Kind.FLOAT) {
      target.asFloatBuffer().put((FloatBuffer) numbers);
    } else {
      target.asDoubleBuffer().put((DoubleBuffer) numbers);
    }
    Reference.reachabilityFence(array);
  }

  @Override
  public void put(long from, ByteBuffer source) {
    Buffer numbers = memory(from, source.remaining() / kind.width());
    if (kind == Kind.FLOAT) {
      ((FloatBuffer) numbers).put(source.asFloatBuffer());
    } else {
      ((DoubleBuffer) numbers).put(source.asDoubleBuffer());
    }
    Reference.reachabilityFence(array);
  }

  private Buffer memory(long from, int count) {
    return HostMemory.buffer(array, from, count);
  }

  /** Copies all elements into an array of the same type and shape. Modifies that one. */
  void copyTo(INDArray target) {
    if (!array.isEmpty()) {
      Pointer.memcpy(
          HostMemory.of(target).position(0),
          HostMemory.of(array).position(0),
          array.length() * kind.width());
    }
    Reference.reachabilityFence(array);
    Reference.reachabilityFence(target);
  }
}
