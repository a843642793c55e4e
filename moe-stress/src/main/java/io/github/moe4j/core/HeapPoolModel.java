package io.github.moe4j.core;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;

/** A pool never lends an array to two borrowers, in whatever order they borrow, return and clear. */
public class HeapPoolModel {
  private final HeapPool<int[]> pool = new HeapPool<>(int[]::new, array -> {}, Integer.BYTES);
  private final Deque<HeapPool<int[]>.Loan> lent = new ArrayDeque<>();
  private final Set<int[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Borrows; returns whether nobody else has the array. */
  @Operation
  public boolean borrow() {
    HeapPool<int[]>.Loan loan = pool.borrow(8);
    synchronized (lent) {
      lent.add(loan);
      return arrays.add(loan.array());
    }
  }

  /** Returns what was borrowed first. */
  @Operation
  public void giveBack() {
    HeapPool<int[]>.Loan loan = first();
    if (loan != null) {
      loan.giveBack(false);
    }
  }

  private HeapPool<int[]>.@Nullable Loan first() {
    synchronized (lent) {
      HeapPool<int[]>.Loan loan = lent.poll();
      if (loan != null) {
        arrays.remove(loan.array());
      }
      return loan;
    }
  }

  /** Forgets idle arrays. */
  @Operation
  public void clear() {
    pool.clear();
  }
}
