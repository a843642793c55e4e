package io.github.moe4j.bench.inspect;

import io.github.moe4j.cli.MemoryNeed;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.HashRule;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sends normally distributed tokens through a block. */
final class BlockRun {
  private static final int FEWEST = 3;
  private static final int MOST = 50;
  private static final long ENOUGH_NANOS = 1_000_000_000;

  /** Of width D for each token: x, y, and the rows of at least one expert. */
  private static final double ROWS = 3;

  private BlockRun() {}

  /**
   * Runs a layer in float32 once to count and warm up, then for about a second to measure.
   *
   * @param experts how the experts are held, in words
   * @param tokens T, at least 1
   */
  static RunFacts of(MoeLayer layer, String experts, int tokens, long seed) {
    MemoryNeed.require(
        "%d tokens of width %d".formatted(tokens, layer.modelWidth()),
        ROWS * tokens * layer.modelWidth() * Float.BYTES);
    TokenBatch batch = batch(layer, tokens, seed);
    LoadStatistics load;
    try (MoePass pass = layer.forward(batch)) {
      load = pass.load();
    }
    long[] nanos = new long[MOST];
    long all = 0;
    int runs = 0;
    while (runs < FEWEST || runs < MOST && all < ENOUGH_NANOS) {
      long start = System.nanoTime();
      layer.forward(batch).close();
      nanos[runs] = System.nanoTime() - start;
      all += nanos[runs++];
    }
    long[] sorted = Arrays.copyOf(nanos, runs);
    Arrays.sort(sorted);
    double median = (sorted[(runs - 1) / 2] + sorted[runs / 2]) / 2.0;
    return RunFacts.of(tokens, seed, experts, load, median);
  }

  /** Tokens [T,D] of mean 0 and deviation 1, with random ids where a table of ids decides. */
  static TokenBatch batch(MoeLayer layer, int tokens, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    INDArray x = Initializer.normal(1).create(DataType.FLOAT, random, tokens, layer.modelWidth());
    TokenBatch batch = TokenBatch.evaluation(x);
    if (layer.router() instanceof GatedRouter gated && gated.rule() instanceof HashRule hash) {
      int vocabulary = hash.table().vocabulary();
      return batch.withTokenIds(random.ints(tokens, 0, vocabulary).toArray());
    }
    return batch;
  }
}
