package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Zero;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Off-heap memory that passes borrow and give back, so that a steady workload allocates nothing.
 *
 * <p>Fresh memory costs page faults, often more than the work done in it. A pass opens a {@link
 * Scope}, takes arrays from it and closes it; a scope that is never closed is merely not reused.
 * Thread-safe; its memory stays until {@link #clear}. Layers may share one.
 */
public final class Arena {
  private final Map<Bucket, ConcurrentLinkedDeque<INDArray>> idle = new ConcurrentHashMap<>();

  /** Buffers of one type and length. */
  private record Bucket(DataType type, long length) {}

  /** Opens a scope for one pass. */
  public Scope open() {
    return new Scope();
  }

  /** Gives all idle memory back to the system when it is next collected. */
  public void clear() {
    idle.clear();
  }

  private INDArray borrow(Bucket bucket) {
    var buffers = idle.get(bucket);
    INDArray buffer = buffers == null ? null : buffers.pollFirst();
    // A caller may have closed an output; what it closed is lost to the arena, not handed out.
    while (buffer != null && buffer.wasClosed()) {
      buffer = buffers.pollFirst();
    }
    if (buffer == null) {
      buffer = Allocate.uninitialized(bucket.type, bucket.length);
    }
    return buffer;
  }

  /**
   * Rounds up to one of four sizes per power of two, so that varying sizes share buffers, and adds
   * one element, so that what is handed out is always a view, which ND4J does not let callers close.
   */
  private static long roundUp(long length) {
    long step = Math.max(16, Long.highestOneBit(Math.max(1, length - 1)) / 4);
    return (length + step - 1) / step * step + 1;
  }

  /** Arrays borrowed by one pass; not thread-safe. */
  public final class Scope implements AutoCloseable {
    private final List<INDArray> borrowed = new ArrayList<>();
    private boolean closed;

    private Scope() {}

    /**
     * An array of the given shape with arbitrary contents, contiguous in c order, valid until this
     * scope is closed.
     */
    public INDArray take(DataType type, long... shape) {
      if (closed) {
        throw new IllegalStateException("the arena scope is closed");
      }
      long length = 1;
      for (long s : shape) {
        length = Math.multiplyExact(length, s);
      }
      if (length == 0) {
        return Allocate.zeros(type, shape);
      }
      INDArray buffer = borrow(new Bucket(type, roundUp(length)));
      borrowed.add(buffer);
      long[] strides = new long[shape.length];
      long stride = 1;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        strides[axis] = stride;
        stride *= shape[axis];
      }
      return Nd4j.create(buffer.data(), shape, strides, 0, 'c');
    }

    /** Like {@link #take}, with all elements zero. */
    public INDArray takeZeros(DataType type, long... shape) {
      INDArray array = take(type, shape);
      Zero.fill(array);
      return array;
    }

    /** Gives all arrays back; closing twice does nothing. */
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        for (INDArray buffer : borrowed) {
          idle.computeIfAbsent(
                  new Bucket(buffer.dataType(), buffer.length()),
                  key -> new ConcurrentLinkedDeque<>())
              .addFirst(buffer);
        }
        borrowed.clear();
      }
    }
  }
}
