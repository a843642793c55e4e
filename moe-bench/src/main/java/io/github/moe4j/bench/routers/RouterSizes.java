package io.github.moe4j.bench.routers;

import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.LinearGate;
import java.util.SplittableRandom;
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
 */
public record RouterSizes(
    int experts, int modelWidth, int k, DataType dataType, boolean gateIsIdentity) {

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
    return LinearGate.of(
        gateIsIdentity ? Nd4j.eye(experts).castTo(dataType) : normal(experts, modelWidth));
  }

  /** A matrix of normal numbers, the same for the same sizes. */
  INDArray normal(long rows, long columns) {
    return Initializer.normal(1 / Math.sqrt(columns))
        .create(dataType, new SplittableRandom(SEED), rows, columns);
  }
}
