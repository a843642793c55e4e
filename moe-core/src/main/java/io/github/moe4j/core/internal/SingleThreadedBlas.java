package io.github.moe4j.core.internal;

/**
 * Native matrix products without threads of their own, as long as any lease is open; the last lease
 * to be closed restores the setting that the first one found.
 *
 * <p>Java threads that each call single-threaded BLAS on their own block are faster than BLAS's own
 * threads on one block after another, and their results do not depend on the number of threads. Also,
 * after a product of several threads OpenBLAS's own stay awake for about 25 ms to wait for the next,
 * and take the processors from Java's. The
 * setting is one for the whole process: products that other code runs meanwhile are single-threaded
 * too.
 */
public final class SingleThreadedBlas implements AutoCloseable {
  private static final Object LOCK = new Object();
  private static int leases;
  private static int before;

  private boolean closed;

  private SingleThreadedBlas() {}

  /** Opens a lease. */
  public static SingleThreadedBlas lease() {
    synchronized (LOCK) {
      if (leases == 0) {
        before = Gemm.blas().threads();
        set(1);
      }
      leases++;
    }
    return new SingleThreadedBlas();
  }

  /**
   * A lease for work on {@code rows} rows; one that does nothing if those are so few that to change
   * the setting would take longer than the work.
   */
  public static SingleThreadedBlas leaseFor(int rows) {
    if (rows > Gemm.FEW_ROWS) {
      return lease();
    }
    SingleThreadedBlas none = new SingleThreadedBlas();
    none.closed = true;
    return none;
  }

  /** How many leases are open in this process. */
  public static int open() {
    synchronized (LOCK) {
      return leases;
    }
  }

  private static void set(int threads) {
    if (before != 1) {
      Gemm.blas().setThreads(threads);
    }
  }

  /** Closes the lease; closing twice does nothing. */
  @Override
  public void close() {
    synchronized (LOCK) {
      if (!closed) {
        closed = true;
        leases--;
        if (leases == 0) {
          set(before);
        }
      }
    }
  }
}
