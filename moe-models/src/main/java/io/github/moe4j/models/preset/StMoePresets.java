package io.github.moe4j.models.preset;

import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.GShard;
import java.util.List;

/**
 * ST-MoE-32B (Zoph et al. 2022, arXiv 2202.08906): experts in every fourth layer of an encoder and
 * a decoder of 27 layers, six in each. Flaxformer's configuration has 24 layers, as many of them
 * with experts.
 */
final class StMoePresets {
  private static final String PAPER = "arXiv 2202.08906, abstract";

  private StMoePresets() {}

  static List<Preset> all() {
    FeedForwardShape network = FeedForwardShape.gated(20480, Activation.GELU_TANH);
    Architecture sizes = new Architecture(
        256_000,
        true,
        5120,
        List.of(new Stack(27, 3, 4, false), new Stack(27, 3, 4, true)),
        GroupedAttention.of(64, 64, 128),
        network,
        Sparse.of(64, 2, network),
        Norm.RMS,
        32,
        0);
    CapacityFormula capacity =
        CapacityFormula.factor(1.25).withEvaluation(CapacityFormula.factor(2));
    Routed routed = new Routed(
        "top 2, softmax, normalized, second at random below 0.2",
        experts -> GShard.top2(GShard.Second.RANDOM),
        0,
        "factor 1.25, 2 in evaluation",
        LimitedCapacity.of(capacity),
        List.of("Switch loss 0.01", "z-loss 0.001"));
    return List.of(new Preset(
        "st-moe-32b",
        "ST-MoE-32B",
        sizes,
        routed,
        List.of(
            Published.of("269B", Counting.TOTAL, PAPER),
            Published.of("32B", Counting.DENSE_EQUIVALENT, PAPER)
                .because("the dense model of equal cost"))));
  }
}
