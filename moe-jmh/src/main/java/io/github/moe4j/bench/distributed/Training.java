package io.github.moe4j.bench.distributed;

import io.github.moe4j.cli.MemoryNeed;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.Serializable;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A small layer that learns y = −x, of tokens drawn from a seed: what all ranks and the reference train.
 *
 * @param ranks number of ranks N, each with a part of every batch
 * @param steps optimizer steps
 * @param experts E
 * @param seed of weights and tokens
 */
public record Training(int ranks, int steps, int experts, long seed) implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int TOKENS = 96;
  private static final int WIDTH = 32;
  private static final int HIDDEN = 48;
  private static final int LEAST_BYTES_OF_RANK = 1 << 20;

  public Training {
    Require.positive("ranks", ranks);
    Require.positive("steps", steps);
    Require.that(experts >= 2, "experts must be at least 2 but was %d", experts);
    // Weights of the reference and of the ranks, with gradients; a rank has threads of its own.
    MemoryNeed.require(experts + " experts", 4.0 * experts * 3 * WIDTH * HIDDEN * Float.BYTES);
    MemoryNeed.require(ranks + " ranks", (double) ranks * LEAST_BYTES_OF_RANK);
  }

  GluExperts allExperts() {
    return GluExperts.create(ExpertOptions.of(experts, WIDTH, HIDDEN), seed);
  }

  int width() {
    return WIDTH;
  }

  MoeLayer layer(Experts parts) {
    return MoeLayer.of(
        GatedRouter.of(LinearGate.create(experts, WIDTH, DataType.FLOAT, seed + 1), TopK.of(2)),
        parts);
  }

  /** The tokens of a step [T,D]. */
  INDArray tokens(int step) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + step);
    return Initializer.normal(1).create(DataType.FLOAT, random, TOKENS, WIDTH);
  }

  /** What their outputs should be [T,D]. */
  INDArray targets(int step) {
    return tokens(step).neg();
  }

  /** A rank's rows of a batch: parts of unequal size, the last one empty from four ranks on. */
  INDArray part(INDArray rows, int rank) {
    int from = start(rank);
    int to = start(rank + 1);
    return from == to
        ? Allocate.zeros(DataType.FLOAT, 0, WIDTH)
        : Allocate.copy(Gemm.rows(rows, from, to));
  }

  private int start(int rank) {
    int filled = ranks >= 4 ? ranks - 1 : ranks;
    int last = Math.min(rank, filled);
    return (int) ((long) TOKENS * last * (last + 1) / ((long) filled * (filled + 1)));
  }

  /** Gradient of the mean squared error over the whole batch. */
  static INDArray gradient(INDArray y, INDArray target) {
    return y.isEmpty() ? y : y.sub(target).muli(2.0 / (TOKENS * WIDTH));
  }

  /** The part of some outputs in the mean squared error over the whole batch. */
  static double loss(INDArray y, INDArray target) {
    if (y.isEmpty()) {
      return 0;
    }
    double sum = 0;
    for (double difference : y.sub(target).ravel().toDoubleVector()) {
      sum += difference * difference;
    }
    return sum / (TOKENS * WIDTH);
  }
}
