package io.github.moe4j.bench.machine;

import io.github.moe4j.cli.FigureOptions;
import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.internal.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The measured peak of the machine.
 *
 * @param jdk feature version
 * @param threads that work together, as many as a layer uses
 * @param limit of the processor; null in a JVM without the Vector API
 * @param blasGflops ceiling of the BLAS library: its rate in large float32 GEMMs, 10^9 FLOP/s
 * @param blas name of the library
 * @param bandwidths from the nearest level to memory, which is always there
 */
public record Machine(
    int jdk,
    int threads,
    @Nullable Limit limit,
    double blasGflops,
    String blas,
    List<Bandwidth> bandwidths) {
  private static final int MILLIS = 600;

  /** More than the caches of most processors hold. */
  private static final int MEMORY_MEGABYTES = 512;

  private static final int[][] PRODUCTS = {{2048, 2048, 2048}, {4096, 512, 1792}};

  /** Copies. */
  public Machine {
    bandwidths = List.copyOf(bandwidths);
  }

  /**
   * Measures.
   *
   * @param watch counts {@link #measurements}, and may end it between two samples
   */
  public static Machine measure(Watch watch) {
    RateMeter meter = new RateMeter(MILLIS, watch);
    Limit limit = Limit.measure(meter).orElse(null);
    List<Bandwidth> bandwidths =
        new ArrayList<>(Bandwidth.ofCaches(meter, CacheSizes.ofThisMachine()));
    bandwidths.add(Bandwidth.ofMemory(meter, MEMORY_MEGABYTES));
    double blas = 0;
    for (int[] sizes : PRODUCTS) {
      Products products = new Products(meter, sizes[0], sizes[1], sizes[2]);
      blas = Math.max(blas, Math.max(products.byBlas(), products.byBlasInEachThread()));
    }
    int jdk = Runtime.version().feature();
    return new Machine(jdk, RateMeter.threads(), limit, blas, FigureOptions.blas(), bandwidths);
  }

  /** How many measurements {@link #measure} makes. */
  public static int measurements() {
    int rates = Kernels.peakRate().isPresent() ? 7 : 2;
    return rates * Math.min(2, RateMeter.threads()) + 2 * PRODUCTS.length;
  }

  /** The rate that bounds all products: the processor's limit, or BLAS's where that is unknown. */
  public double boundGflops() {
    return limit == null ? blasGflops : limit.gflops().together();
  }

  /** What {@link #boundGflops} is: {@code vector} or {@code blas}. */
  public String boundSystem() {
    return limit == null ? "blas" : "vector";
  }

  /** Memory read by all threads together, 10^9 bytes per second. */
  public double readGigabytes() {
    return bandwidths.get(bandwidths.size() - 1).read().together();
  }
}
