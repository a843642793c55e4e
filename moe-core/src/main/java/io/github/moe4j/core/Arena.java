package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Zero;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Off-heap memory that passes take and return, so that a steady workload allocates nothing.
 *
 * <p>Fresh memory costs page faults, often more than the work done in it. A pass opens a {@link
 * Scope}, takes arrays from it and closes it; a scope that is never closed is merely not reused.
 * Thread-safe; its memory stays until {@link #clear}. Layers may share one.
 */
public final class Arena {
  private final Map<Bucket, ConcurrentLinkedDeque<Loan>> idle = new ConcurrentHashMap<>();

  /** Buffers of one type and length. */
  private record Bucket(DataType type, long length) {}

  /**
   * Memory and the last array that showed it: to make such an array takes ND4J over 10 µs and some
   * off-heap memory of its own, so one of the same shape is handed out again.
   */
  private static final class Loan {
    private final INDArray buffer;
    private @Nullable INDArray view;

    Loan(INDArray buffer) {
      this.buffer = buffer;
    }

    INDArray as(long[] shape) {
      INDArray last = view;
      // Its shape may have been changed by whoever had it before.
      if (last == null || !Arrays.equals(last.shape(), shape) || !Contiguous.is(last)) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
          strides[axis] = stride;
          stride *= shape[axis];
        }
        last = Nd4j.create(buffer.data(), shape, strides, 0, 'c');
        view = last;
      }
      return last;
    }
  }

  /** Opens a scope for one pass. */
  public Scope open() {
    return new Scope();
  }

  /** Gives all idle memory back to the system when it is next collected. */
  public void clear() {
    idle.clear();
  }

  private Loan borrow(Bucket bucket) {
    var loans = idle.get(bucket);
    Loan loan = loans == null ? null : loans.pollFirst();
    // A caller may have closed an output; what it closed is lost to the arena, not handed out.
    while (loan != null && loan.buffer.wasClosed()) {
      loan = loans.pollFirst();
    }
    return loan == null ? new Loan(Allocate.uninitialized(bucket.type, bucket.length)) : loan;
  }

  /**
   * Rounds up to one of four sizes per power of two, so that varying sizes share buffers, and adds
   * one element, so that what is handed out is always a view, which ND4J does not let callers close.
   */
  private static long roundUp(long length) {
    long step = Math.max(16, Long.highestOneBit(Math.max(1, length - 1)) / 4);
    return (length + step - 1) / step * step + 1;
  }

  /** Arrays taken by one pass; not thread-safe. */
  public final class Scope implements AutoCloseable {
    private final List<Loan> borrowed = new ArrayList<>();
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
      Loan loan = borrow(new Bucket(type, roundUp(length)));
      borrowed.add(loan);
      return loan.as(shape);
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
        // The last one first, so that the next pass is handed each where it had it before.
        for (int i = borrowed.size() - 1; i >= 0; i--) {
          Loan loan = borrowed.get(i);
          Bucket bucket = new Bucket(loan.buffer.dataType(), loan.buffer.length());
          idle.computeIfAbsent(bucket, key -> new ConcurrentLinkedDeque<>()).addFirst(loan);
        }
        borrowed.clear();
      }
    }
  }
}
