package io.github.moe4j.bench.doctor;

import io.github.moe4j.bench.machine.Speeds;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about a JVM and its machine.
 *
 * @param java the JVM
 * @param kernels who makes the matrix products
 * @param blas ND4J's BLAS library; null if no backend of ND4J runs
 * @param processors number, load and caches
 * @param memory limits
 * @param versions of the libraries, by name; "unknown" where none is found
 * @param speeds measured
 */
record Facts(
    Java java,
    KernelChoice kernels,
    @Nullable Blas blas,
    Processors processors,
    Memory memory,
    Map<String, String> versions,
    Speeds speeds) {

  /**
   * The JVM.
   *
   * @param version such as 17.0.9
   * @param vendor who built it
   * @param vm name of the virtual machine
   * @param system operating system and architecture
   */
  record Java(String version, String vendor, String vm, String system) {}

  /**
   * Who makes the matrix products.
   *
   * @param vectorBits of the widest vectors that the JVM uses; 0 if it does not tell
   * @param module whether the module of the Vector API is there
   * @param running whether the kernels make the products, else BLAS
   * @param reason why they do not; empty if they do, or the user chose BLAS
   */
  record KernelChoice(int vectorBits, boolean module, boolean running, String reason) {}

  /**
   * ND4J's BLAS library.
   *
   * @param backend of ND4J
   * @param vendor as ND4J names it
   * @param config what OpenBLAS says of itself; empty for others
   * @param core processor that OpenBLAS takes this one for; empty for others
   * @param warning what the library says of an old OpenBLAS; empty if nothing
   */
  record Blas(String backend, String vendor, String config, String core, String warning) {}

  /**
   * Processors.
   *
   * @param count that the JVM may use
   * @param threads that a layer uses
   * @param load average over a minute before the measurements; negative if unknown
   * @param cacheKilobytes by level; empty if unknown
   */
  record Processors(int count, int threads, double load, Map<Integer, Integer> cacheKilobytes) {}

  /**
   * Limits in bytes, 0 for none.
   *
   * @param heap of the JVM
   * @param arrays of this library outside the heap
   * @param process above which JavaCPP allocates no more
   * @param container what the JVM may use at most
   * @param machine memory of the machine
   */
  record Memory(long heap, long arrays, long process, long container, long machine) {}
}
