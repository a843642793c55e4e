package io.github.moe4j.bench.machine;

import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.Optional;

/**
 * The processor's peak: independent float32 multiply-adds in registers, without memory access.
 *
 * @param vectorBits of a register
 * @param gflops 10^9 FLOP/s
 */
public record Limit(int vectorBits, Rate gflops) {
  /** So many multiply-adds a second are compiled ones. */
  private static final double COMPILED = 5e8;

  /** Rounds that are done at a time, so that counting them takes no time. */
  private static final int AT_A_TIME = 256;

  /** Measures; nothing in a JVM without the Vector API. */
  static Optional<Limit> measure(RateMeter meter) {
    return Kernels.peakRate().map(peak -> {
      double flops = (double) AT_A_TIME * peak.flopsPerRound();
      double compiled = COMPILED * peak.vectorBits() / Float.SIZE * 2 / flops;
      Rate rate = meter.measure(compiled, (worker, sample) -> {
        double sum = 0;
        for (int i = 0; i < sample.rounds(); i++) {
          sum += peak.multiplyAdd(AT_A_TIME);
        }
        return sum;
      });
      return new Limit(peak.vectorBits(), rate.times(flops / 1e9));
    });
  }
}
