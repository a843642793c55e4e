package io.github.moe4j.lab.routers;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.LinearGate;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sizes of a router to build.
 *
 * @param experts E
 * @param modelWidth D
 * @param k choices per token, for routers that have a choice of it
 * @param dataType of the gate
 * @param gateIsIdentity whether the gate passes x on as the scores (D = E), else it is drawn from a
 *     seed
 * @param start what a router that is to be trained starts from; null for examples and benchmarks, which
 *     have the same weights for the same sizes
 */
public record RouterSizes(
    int experts,
    int modelWidth,
    int k,
    DataType dataType,
    boolean gateIsIdentity,
    @Nullable Start start) {

  /**
   * What training starts from.
   *
   * @param seed of all weights
   * @param bias [E] for routers that read one; what balances it may change it
   */
  public record Start(long seed, ExpertBias bias) {}

  /** Sizes of an example. */
  public RouterSizes(
      int experts, int modelWidth, int k, DataType dataType, boolean gateIsIdentity) {
    this(experts, modelWidth, k, dataType, gateIsIdentity, null);
  }

  /** Sizes of a router to train, in float32. */
  public static RouterSizes toTrain(int experts, int modelWidth, int k, Start start) {
    return new RouterSizes(experts, modelWidth, k, DataType.FLOAT, false, start);
  }

  /** Token ids of the examples lie below. */
  public static final int VOCABULARY = 256;

  private static final long SEED = 7;

  /** Checks the sizes. */
  public RouterSizes {
    Require.positive("experts", experts);
    Require.positive("modelWidth", modelWidth);
    Require.positive("k", k);
    Require.that(
        !gateIsIdentity || experts == modelWidth,
        "an identity gate needs E = D but had %d and %d",
        experts,
        modelWidth);
  }

  /** A linear gate of these sizes. */
  LinearGate gate() {
    if (start != null) {
      return LinearGate.create(experts, modelWidth, dataType, start.seed());
    }
    return LinearGate.of(
        gateIsIdentity ? Nd4j.eye(experts).castTo(dataType) : normal(experts, modelWidth));
  }

  /** A matrix of normal numbers, the same for the same sizes. */
  INDArray normal(long rows, long columns) {
    return Initializer.normal(1 / Math.sqrt(columns))
        .create(dataType, new SplittableRandom(SEED), rows, columns);
  }

  /** Seed of weights and tables that are drawn: that of the training, or that of the example. */
  long seed(long ofExample) {
    return start == null ? ofExample : start.seed();
  }

  /**
   * The selection bias: that of the training, or one from −height to height, which works against the
   * slope of the example's scores.
   */
  ExpertBias bias(double height) {
    if (start != null) {
      return start.bias();
    }
    double[] bias = new double[experts];
    for (int e = 0; e < experts; e++) {
      bias[e] = height * (2.0 * e / Math.max(1, experts - 1) - 1);
    }
    return ExpertBias.of(bias);
  }
}
