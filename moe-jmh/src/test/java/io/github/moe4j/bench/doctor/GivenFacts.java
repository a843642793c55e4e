package io.github.moe4j.bench.doctor;

import io.github.moe4j.bench.machine.Bandwidth;
import io.github.moe4j.bench.machine.Limit;
import io.github.moe4j.bench.machine.Rate;
import io.github.moe4j.bench.machine.Speeds;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Facts of machines that tests think up; the first has nothing to change. */
final class GivenFacts {
  static final long GIGABYTE = 1L << 30;

  static final Facts.KernelChoice VECTOR = new Facts.KernelChoice(512, true, true, "");
  static final Facts.KernelChoice NO_MODULE = new Facts.KernelChoice(
      256, false, false, "the JVM was started without --add-modules jdk.incubator.vector");
  static final Facts.Blas CURRENT =
      new Facts.Blas("CpuBackend", "OPENBLAS", "OpenBLAS 0.3.31 DYNAMIC_ARCH", "Zen", "");
  static final Facts.Blas OLD = new Facts.Blas(
      "CpuBackend", "OPENBLAS", "OpenBLAS 0.3.19", "Sandybridge", "OpenBLAS 0.3.19 is old");
  static final Facts.Processors TWO =
      new Facts.Processors(2, 2, 0.3, Map.of(1, 48, 2, 2048, 3, 32_768));
  static final Facts.Memory ROOMY =
      new Facts.Memory(6 * GIGABYTE, 6 * GIGABYTE, 24 * GIGABYTE, 24 * GIGABYTE, 24 * GIGABYTE);

  private GivenFacts() {}

  static Facts of(Facts.KernelChoice kernels, Facts.@Nullable Blas blas) {
    return of(kernels, blas, TWO, ROOMY, speeds(290));
  }

  static Facts of(
      Facts.KernelChoice kernels,
      Facts.@Nullable Blas blas,
      Facts.Processors processors,
      Facts.Memory memory,
      Speeds speeds) {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("moe4j", "0.1.0");
    versions.put("OpenBLAS", "unknown");
    return new Facts(
        new Facts.Java("17.0.9", "Vendor", "Server VM", "Linux amd64"),
        kernels,
        blas,
        processors,
        memory,
        versions,
        speeds);
  }

  /**
   * Speeds of a processor whose limit is 147 per thread.
   *
   * @param together limit of all threads; 0 if it was not measured
   */
  static Speeds speeds(double together) {
    Limit limit = together == 0 ? null : new Limit(512, new Rate(147.4, together));
    return new Speeds(
        limit, 250.2, 0, new Bandwidth("memory", 65_536, new Rate(32, 44), new Rate(15, 20.6)));
  }
}
