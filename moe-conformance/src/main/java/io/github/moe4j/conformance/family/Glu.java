package io.github.moe4j.conformance.family;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.GluExperts;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Gated networks over given arrays, whatever combines their gate and up projections. */
@FunctionalInterface
interface Glu {
  /** Experts over gate and up [E,H,D] and down [E,D,H], and their biases [E,H] and [E,D], or null. */
  Experts over(
      INDArray gate,
      @Nullable INDArray gateBias,
      INDArray up,
      @Nullable INDArray upBias,
      INDArray down,
      @Nullable INDArray downBias);

  /** {@code act(gate)·up}. */
  static Glu of(Activation activation) {
    return (gate, gateBias, up, upBias, down, downBias) ->
        GluExperts.of(activation, gate, gateBias, up, upBias, down, downBias);
  }

  /** The clamped combination of gpt-oss and others. */
  static Glu of(ClampedSwiGlu swiGlu) {
    return (gate, gateBias, up, upBias, down, downBias) ->
        GluExperts.of(swiGlu, gate, gateBias, up, upBias, down, downBias);
  }
}
