package io.github.moe4j.bench.machine;

import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.internal.kernel.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * The machine's speeds, measured in little more than a second.
 *
 * @param limit of the processor; null in a JVM without the Vector API
 * @param layerGflops products as layers make them, all threads together; 0 if none can be made
 * @param blasGflops products by BLAS on its own threads; 0 if none can be made
 * @param memory read and copied
 */
public record Speeds(
    @Nullable Limit limit, double layerGflops, double blasGflops, Bandwidth memory) {
  private static final int MILLIS = 60;

  /** On products so small that even an interpreter makes many: time for the compiler. */
  private static final int WARM_UP_MILLIS = 200;

  private static final int MEMORY_MEGABYTES = 64;

  /**
   * Measures.
   *
   * @param products whether there is a backend of ND4J to make matrices
   */
  public static Speeds measure(boolean products) {
    RateMeter meter = new RateMeter(MILLIS, Watch.none());
    Limit limit = Limit.measure(meter).orElse(null);
    Bandwidth memory = Bandwidth.ofMemory(meter, MEMORY_MEGABYTES);
    if (!products) {
      return new Speeds(limit, 0, 0, memory);
    }
    if (Kernels.chosen().isPresent()) {
      new Products(new RateMeter(WARM_UP_MILLIS, Watch.none()), 12, 8, 32).byLayers();
    }
    Products large = new Products(meter, 768, 512, 512);
    return new Speeds(limit, large.byLayers(), large.byBlas(), memory);
  }
}
