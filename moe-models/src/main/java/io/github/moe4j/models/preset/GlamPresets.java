package io.github.moe4j.models.preset;

import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.GShard;
import java.util.List;

/**
 * GLaM (Du et al. 2021, arXiv 2112.06905): experts in every second layer, gated networks in the
 * others. How many buckets its relative positions have is not published; they are not counted.
 */
final class GlamPresets {
  private static final String TABLE = "arXiv 2112.06905, table 4";

  private GlamPresets() {}

  static List<Preset> all() {
    Architecture sizes = new Architecture(
        256_000,
        true,
        8192,
        List.of(new Stack(64, 1, 2, false)),
        GroupedAttention.of(128, 128, 128),
        FeedForwardShape.gated(32768, Activation.GELU_TANH),
        Sparse.of(64, 2, FeedForwardShape.plain(32768, Activation.GELU_TANH)),
        Norm.RMS,
        0,
        0);
    Routed routed = new Routed(
        "top 2, softmax, normalized, second at random",
        experts -> GShard.top2(GShard.Second.RANDOM),
        0,
        "factor 2",
        LimitedCapacity.of(CapacityFormula.mesh(2, 4)),
        List.of("GShard loss 0.01"));
    return List.of(new Preset(
        "glam-64b-64e",
        "GLaM 64B/64E",
        sizes,
        routed,
        List.of(
            Published.of("1.2T", Counting.TOTAL, TABLE).because("printed with two digits"),
            Published.of("96.6B", Counting.ACTIVE, TABLE))));
  }
}
