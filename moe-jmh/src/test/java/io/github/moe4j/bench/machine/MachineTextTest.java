package io.github.moe4j.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineTextTest {
  private static final Bandwidth L1 =
      new Bandwidth("L1", 24, new Rate(269.4, 530), new Rate(230, 461));
  private static final Bandwidth MEMORY =
      new Bandwidth("memory", 524_288, new Rate(32, 44), new Rate(15, 20));

  @Test
  void of_withTheLimit_allRates() {
    Machine machine = new Machine(
        17, 2, new Limit(512, new Rate(147.4, 290)), 250, "OPENBLAS", List.of(L1, MEMORY));
    assertEquals(
        "This machine: limit 147 per thread, 290 together GFLOP/s in 512-bit vectors; BLAS ceiling 250"
            + " GFLOP/s (OPENBLAS); read L1 269 per thread, 530 together, memory 32 per thread, 44"
            + " together GB/s; copied L1 230 per thread, 461 together, memory 15 per thread, 20 together"
            + " GB/s; 2 threads, JDK 17.",
        MachineText.of(machine));
  }

  @Test
  void of_withoutTheModule_saysThatTheLimitNeedsIt() {
    Machine machine = new Machine(25, 1, null, 250, "MKL", List.of(MEMORY));
    assertEquals(
        "This machine: the processor's limit is measured only with --add-modules"
            + " jdk.incubator.vector, without it the ideal is BLAS's ceiling; BLAS ceiling 250 GFLOP/s"
            + " (MKL); read memory 32 per thread, 44 together GB/s; copied memory 15 per thread, 20"
            + " together GB/s; 1 thread, JDK 25.",
        MachineText.of(machine));
  }
}
