package io.github.moe4j.core;

import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.MemoryCheck;
import io.github.moe4j.core.internal.Zero;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Scratch memory, off-heap and on the Java heap, that passes borrow and return, so that a steady
 * workload allocates little besides its outputs.
 *
 * <p>Fresh memory costs page faults, often more than the work done in it. A pass opens a {@link
 * Scope}, takes arrays from it and closes it; the memory of a scope that is never closed is not reused.
 * Thread-safe; its memory stays until {@link #clear}. Layers may share one.
 *
 * <p>With {@code -Dmoe4j.checkMemory=true} memory is filled with NaN when it is returned, and
 * wherever the library takes arrays, an array over returned memory is rejected with an error that
 * names the pass it belonged to.
 */
public final class Arena {
  private final Map<Bucket, ConcurrentLinkedDeque<Loan>> idle = new ConcurrentHashMap<>();
  private final HeapPool<int[]> ints =
      new HeapPool<>(int[]::new, array -> Arrays.fill(array, Integer.MIN_VALUE), Integer.BYTES);
  private final HeapPool<float[]> floats =
      new HeapPool<>(float[]::new, array -> Arrays.fill(array, Float.NaN), Float.BYTES);
  private final HeapPool<double[]> doubles =
      new HeapPool<>(double[]::new, array -> Arrays.fill(array, Double.NaN), Double.BYTES);
  private final List<HeapPool<?>> heap = List.of(ints, floats, doubles);
  private final boolean checked;
  private final AtomicLong idleBytes = new AtomicLong();
  private final AtomicLong borrowedBytes = new AtomicLong();

  /** Buffers of one type and length. */
  private record Bucket(DataType type, long length) {}

  /**
   * Memory and the last array that showed it: to make such an array takes ND4J over 10 µs and some
   * off-heap memory of its own, so one of the same shape is handed out again.
   */
  private static final class Loan {
    private final INDArray buffer;
    private final long bytes;
    private @Nullable INDArray view;

    Loan(INDArray buffer) {
      this.buffer = buffer;
      this.bytes = buffer.length() * buffer.dataType().width();
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

    /** Marks what was handed out, which is not handed out again. */
    void markGivenBack(String owner) {
      INDArray last = view;
      if (last != null) {
        MemoryCheck.poison(buffer);
        MemoryCheck.giveBack(last, owner);
        view = null;
      }
    }
  }

  /** An arena without memory yet. */
  public Arena() {
    this(MemoryCheck.isOn());
  }

  Arena(boolean checked) {
    this.checked = checked;
  }

  /** Opens a scope for one pass. */
  public Scope open() {
    return open("a pass");
  }

  /**
   * Opens a scope for one pass.
   *
   * @param owner name of the pass in error messages, such as {@code the pass of layer moe}
   */
  public Scope open(String owner) {
    return new Scope(owner);
  }

  /** Bytes that are kept for reuse and not held by an open scope. */
  public long idleBytes() {
    return idleBytes.get() + heap.stream().mapToLong(HeapPool::idleBytes).sum();
  }

  /** Bytes that open scopes hold. */
  public long borrowedBytes() {
    return borrowedBytes.get()
        + heap.stream().mapToLong(HeapPool::borrowedBytes).sum();
  }

  /** Drops all idle memory, which the garbage collector then frees. */
  public void clear() {
    idle.values().forEach(loans -> {
      for (Loan loan = loans.pollFirst(); loan != null; loan = loans.pollFirst()) {
        idleBytes.addAndGet(-loan.bytes);
      }
    });
    heap.forEach(HeapPool::clear);
  }

  private Loan borrow(Bucket bucket) {
    var loans = idle.get(bucket);
    Loan loan = loans == null ? null : loans.pollFirst();
    if (loan == null) {
      loan = new Loan(Allocate.uninitialized(bucket.type, bucket.length));
    } else {
      idleBytes.addAndGet(-loan.bytes);
    }
    borrowedBytes.addAndGet(loan.bytes);
    return loan;
  }

  private void giveBack(Loan loan, String owner) {
    if (checked) {
      loan.markGivenBack(owner);
    }
    borrowedBytes.addAndGet(-loan.bytes);
    idleBytes.addAndGet(loan.bytes); // before another thread can borrow it
    Bucket bucket = new Bucket(loan.buffer.dataType(), loan.buffer.length());
    idle.computeIfAbsent(bucket, key -> new ConcurrentLinkedDeque<>()).addFirst(loan);
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
    private final String owner;
    private final List<Loan> borrowed = new ArrayList<>();
    private final List<HeapPool<?>.Loan> borrowedHeap = new ArrayList<>();
    private final List<Runnable> parts = new ArrayList<>();
    private boolean closed;

    private Scope(String owner) {
      this.owner = owner;
    }

    /**
     * An array of the given shape with arbitrary contents, contiguous in c order, valid until this
     * scope is closed.
     *
     * @throws IllegalStateException if the scope is closed
     */
    public INDArray take(DataType type, long... shape) {
      requireOpen();
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

    /**
     * A Java array of at least the given length, with arbitrary contents, valid until this scope is
     * closed. Only for internal use of the pass: results that stay readable after it need their own arrays.
     *
     * @throws IllegalStateException if the scope is closed
     */
    public int[] takeInts(int length) {
      return take(ints, length);
    }

    /** Like {@link #takeInts}. */
    public float[] takeFloats(int length) {
      return take(floats, length);
    }

    /** Like {@link #takeInts}. */
    public double[] takeDoubles(int length) {
      return take(doubles, length);
    }

    private <A> A take(HeapPool<A> pool, int length) {
      requireOpen();
      HeapPool<A>.Loan loan = pool.borrow(Math.toIntExact(roundUp(length) - 1));
      borrowedHeap.add(loan);
      return loan.array();
    }

    /**
     * Closes a part of the pass together with this scope, such as the pass of a layer within it: parts
     * in reverse order, before the memory is returned.
     *
     * @param close must not throw
     * @throws IllegalStateException if the scope is closed
     */
    public void whenClosed(Runnable close) {
      requireOpen();
      parts.add(close);
    }

    private void requireOpen() {
      if (closed) {
        throw new IllegalStateException("the memory of " + owner + " was returned");
      }
    }

    /** Closes the parts and returns all arrays to the arena; closing twice does nothing. */
    @Override
    public void close() {
      if (!closed) {
        closed = true;
        for (int i = parts.size() - 1; i >= 0; i--) {
          parts.get(i).run();
        }
        parts.clear();
        // The last one first, so that the next pass is handed each where it had it before.
        for (int i = borrowed.size() - 1; i >= 0; i--) {
          giveBack(borrowed.get(i), owner);
        }
        borrowed.clear();
        for (int i = borrowedHeap.size() - 1; i >= 0; i--) {
          borrowedHeap.get(i).giveBack(checked);
        }
        borrowedHeap.clear();
      }
    }
  }
}
