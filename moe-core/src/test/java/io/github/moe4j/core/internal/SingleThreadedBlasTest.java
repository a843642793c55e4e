package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.testkit.internal.BlasThreads;
import org.junit.jupiter.api.Test;

class SingleThreadedBlasTest {
  /** Threads of BLAS under a lease; kernels have none of their own and leave the setting alone. */
  private static final int LEASED = Gemm.blas() instanceof OpenBlas ? 1 : 2;

  private static void withTwoThreads(Runnable test) {
    Blas blas = new Nd4jBlas();
    int before = blas.threads();
    blas.setThreads(2);
    try {
      test.run();
      assertEquals(2, BlasThreads.now());
      assertEquals(0, SingleThreadedBlas.open());
    } finally {
      blas.setThreads(before);
    }
  }

  @Test
  void lease_several_lastToBeClosedRestoresTheSetting() {
    withTwoThreads(() -> {
      SingleThreadedBlas first = SingleThreadedBlas.lease();
      assertEquals(1, SingleThreadedBlas.open());
      assertEquals(LEASED, BlasThreads.now());
      SingleThreadedBlas second = SingleThreadedBlas.lease();
      assertEquals(2, SingleThreadedBlas.open());
      first.close();
      first.close();
      assertEquals(1, SingleThreadedBlas.open());
      assertEquals(LEASED, BlasThreads.now());
      second.close();
    });
  }

  @Test
  void leaseFor_fewRows_none() {
    withTwoThreads(() -> {
      SingleThreadedBlas none = SingleThreadedBlas.leaseFor(Gemm.FEW_ROWS);
      assertEquals(0, SingleThreadedBlas.open());
      assertEquals(2, BlasThreads.now());
      none.close();
      none.close();
      SingleThreadedBlas lease = SingleThreadedBlas.leaseFor(Gemm.FEW_ROWS + 1);
      assertEquals(1, SingleThreadedBlas.open());
      assertEquals(LEASED, BlasThreads.now());
      lease.close();
      lease.close();
    });
  }
}
