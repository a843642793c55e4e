package io.github.moe4j.models.preset;

import io.github.moe4j.routing.TopK;
import java.util.List;

/** Mixtral (Jiang et al. 2024, arXiv 2401.04088); mistralai's {@code config.json}. */
final class MixtralPresets {
  private MixtralPresets() {}

  static List<Preset> all() {
    return List.of(
        new Preset(
            "mixtral-8x7b",
            "Mixtral 8x7B",
            sizes(4096, 32, 32, 14336),
            routed("auxiliary loss 0.02"),
            published("46.7B", "12.9B", "mistral.ai, Mixtral of experts")),
        new Preset(
            "mixtral-8x22b",
            "Mixtral 8x22B",
            sizes(6144, 56, 48, 16384),
            routed("auxiliary loss 0.001"),
            published("141B", "39B", "mistral.ai, Cheaper, Better, Faster, Stronger")));
  }

  private static Architecture sizes(int width, int layers, int heads, int hidden) {
    return Architecture.decoder(
        32_000,
        width,
        Stack.decoder(layers, 0),
        GroupedAttention.of(heads, 8, 128),
        null,
        Sparse.of(8, 2, FeedForwardShape.swiGlu(hidden)));
  }

  private static Routed routed(String balance) {
    return Routed.dropless("top 2, softmax of the chosen", e -> TopK.of(2), balance);
  }

  private static List<Published> published(String total, String active, String source) {
    return List.of(
        Published.of(total, Counting.TOTAL, source), Published.of(active, Counting.ACTIVE, source));
  }
}
