package io.github.moe4j.models.preset;

import io.github.moe4j.routing.TopK;
import java.util.List;

/** OLMoE-1B-7B (Muennighoff et al. 2024, arXiv 2409.02060); allenai's {@code config.json}. */
final class OlmoePresets {
  private static final String PAPER = "arXiv 2409.02060, section 2";

  private OlmoePresets() {}

  static List<Preset> all() {
    return List.of(new Preset(
        "olmoe-1b-7b",
        "OLMoE-1B-7B",
        Architecture.decoder(
            50_304,
            2048,
            Stack.decoder(16, 0),
            GroupedAttention.of(16, 16, 128).withQkNorm(QkNorm.ALL_HEADS),
            null,
            Sparse.of(64, 8, FeedForwardShape.swiGlu(1024))),
        Routed.dropless(
            "top 8, softmax", e -> TopK.unnormalized(8), "Switch loss 0.01", "z-loss 0.001"),
        List.of(
            Published.of("6.9B", Counting.TOTAL, PAPER),
            Published.of("1.3B", Counting.ACTIVE, PAPER).because("printed with two digits"))));
  }
}
