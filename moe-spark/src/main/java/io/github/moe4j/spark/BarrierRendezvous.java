package io.github.moe4j.spark;

import io.github.moe4j.core.internal.kernel.Kernels;
import io.github.moe4j.parallel.net.Rendezvous;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The rendezvous of the tasks of a barrier stage: one {@code allGather} of Spark's, which every rank must call, one that
 * cannot continue as well, lest the others wait.
 */
final class BarrierRendezvous implements Rendezvous {
  private static final String FAILED = "failed ";
  private static final String KERNELS = "kernels ";
  private static final String BLAS = "blas ";

  private final int rank;
  private final int size;
  private final Function<String, String[]> gather;
  private boolean called;

  /**
   * The rendezvous of a rank.
   *
   * @param gather takes a text and returns those of all ranks
   */
  BarrierRendezvous(int rank, int size, Function<String, String[]> gather) {
    this.rank = rank;
    this.size = size;
    this.gather = gather;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public List<String> allGather(String own) throws IOException {
    String products = Kernels.chosen().isPresent() ? KERNELS : BLAS;
    List<String> all = List.of(all(products + own));
    for (int r = 0; r < size; r++) {
      if (all.get(r).startsWith(FAILED)) {
        throw new IOException(
            "rank %d did not connect: %s".formatted(r, all.get(r).substring(FAILED.length())));
      }
    }
    int[] unlike =
        IntStream.range(0, size).filter(r -> !all.get(r).startsWith(products)).toArray();
    if (unlike.length > 0) {
      throw new IOException(
          ("all ranks must make matrix products alike, lest bits differ, but rank %d has %sand ranks %s have not: start"
                  + " all JVMs with --add-modules jdk.incubator.vector, or all without")
              .formatted(rank, products, Arrays.toString(unlike)));
    }
    return all.stream().map(text -> text.substring(products.length())).toList();
  }

  private String[] all(String own) {
    called = true;
    return gather.apply(own);
  }

  /** Tells the others that this rank does not come, if they may still wait for it. */
  void cancel(Throwable cause) {
    if (!called) {
      all(FAILED + cause.toString().replace('\n', ' '));
    }
  }
}
