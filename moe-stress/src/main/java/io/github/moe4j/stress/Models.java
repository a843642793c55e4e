package io.github.moe4j.stress;

import io.github.moe4j.core.HeapPoolModel;
import io.github.moe4j.core.experts.quantized.ExpertCacheModel;
import java.util.List;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * Explores interleavings of random calls with Lincheck, which fails with the one whose results no order of the calls gives.
 */
public final class Models {
  private static final int SCENARIOS = 10;
  private static final int INTERLEAVINGS = 1000;

  private Models() {}

  /** Checks all models. */
  public static void main(String[] arguments) {
    for (Class<?> model : List.of(ExpertCacheModel.class, HeapPoolModel.class)) {
      new ModelCheckingOptions()
          .iterations(SCENARIOS)
          .invocationsPerIteration(INTERLEAVINGS)
          .threads(2)
          .actorsPerThread(3)
          .actorsBefore(1)
          .actorsAfter(2)
          .check(model);
      System.out.printf(
          "%s: %d scenarios of 2 threads, up to %d interleavings of each%n",
          model.getSimpleName(), SCENARIOS, INTERLEAVINGS);
    }
  }
}
