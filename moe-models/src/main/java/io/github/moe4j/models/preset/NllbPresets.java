package io.github.moe4j.models.preset;

import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.capacity.Renormalized;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.GShard;
import java.util.List;

/**
 * NLLB-MoE-54B (NLLB team 2022, arXiv 2207.04672): every fourth layer of encoder and decoder;
 * facebook/nllb-moe-54b. Positions are sines and have no parameters.
 */
final class NllbPresets {
  private static final String PAPER = "arXiv 2207.04672, section 8";

  private NllbPresets() {}

  static List<Preset> all() {
    FeedForwardShape network = new FeedForwardShape(8192, false, true, Activation.RELU, false);
    Architecture sizes = new Architecture(
        256_206,
        true,
        2048,
        List.of(new Stack(24, 3, 4, false), new Stack(24, 3, 4, true)),
        GroupedAttention.of(16, 16, 128).withBiases(true, true),
        network,
        Sparse.of(128, 2, network),
        Norm.LAYER,
        0,
        0);
    Routed routed = new Routed(
        "top 2, softmax, normalized after dropping",
        experts -> GShard.nllb(GShard.Second.ALL),
        0,
        "twice the mean load, all in evaluation",
        Renormalized.of(LimitedCapacity.of(CapacityFormula.fairseq(1))),
        List.of("GShard loss 0.01"));
    return List.of(new Preset(
        "nllb-moe-54b",
        "NLLB-MoE-54B",
        sizes,
        routed,
        List.of(
            Published.of("54.5B", Counting.TOTAL, PAPER),
            Published.of("3.3B", Counting.DENSE_EQUIVALENT, PAPER)
                .because("the dense model of equal operations, printed with two digits"))));
  }
}
