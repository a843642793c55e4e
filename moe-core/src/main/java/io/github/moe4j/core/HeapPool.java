package io.github.moe4j.core;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Java arrays of one type that are borrowed and returned. Thread-safe.
 *
 * @param <A> type of the arrays
 */
final class HeapPool<A> {
  private final IntFunction<A> create;
  private final Consumer<A> poison;
  private final int width;
  private final Map<Integer, ConcurrentLinkedDeque<Loan>> idle = new ConcurrentHashMap<>();
  private final AtomicLong idleBytes = new AtomicLong();
  private final AtomicLong borrowedBytes = new AtomicLong();

  /**
   * A pool without arrays yet.
   *
   * @param create makes an array of a length
   * @param poison fills an array with what no use of it can miss
   * @param width bytes of an element
   */
  HeapPool(IntFunction<A> create, Consumer<A> poison, int width) {
    this.create = create;
    this.poison = poison;
    this.width = width;
  }

  /** An array, borrowed until it is returned. */
  final class Loan {
    private final A array;
    private final int length;

    private Loan(int length) {
      this.array = create.apply(length);
      this.length = length;
    }

    A array() {
      return array;
    }

    private long bytes() {
      return (long) length * width;
    }

    /** Ends the loan; {@code checked} if what is still read must show. */
    void giveBack(boolean checked) {
      if (checked) {
        poison.accept(array);
      }
      borrowedBytes.addAndGet(-bytes());
      idleBytes.addAndGet(bytes());
      idle.computeIfAbsent(length, key -> new ConcurrentLinkedDeque<>()).addFirst(this);
    }
  }

  /** An array of exactly this length, with arbitrary contents. */
  Loan borrow(int length) {
    var loans = idle.get(length);
    Loan loan = loans == null ? null : loans.pollFirst();
    if (loan == null) {
      loan = new Loan(length);
    } else {
      idleBytes.addAndGet(-loan.bytes());
    }
    borrowedBytes.addAndGet(loan.bytes());
    return loan;
  }

  long idleBytes() {
    return idleBytes.get();
  }

  long borrowedBytes() {
    return borrowedBytes.get();
  }

  /** Forgets all idle arrays. */
  void clear() {
    for (var loans : idle.values()) {
      for (Loan loan = loans.pollFirst(); loan != null; loan = loans.pollFirst()) {
        idleBytes.addAndGet(-loan.bytes());
      }
    }
  }
}
