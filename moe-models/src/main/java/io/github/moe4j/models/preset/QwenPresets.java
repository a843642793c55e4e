package io.github.moe4j.models.preset;

import io.github.moe4j.routing.TopK;
import java.util.List;

/** Qwen1.5-MoE-A2.7B (Qwen team 2024) and Qwen3 (arXiv 2505.09388); Qwen's {@code config.json}. */
final class QwenPresets {
  private static final int VOCABULARY = 151_936;

  private QwenPresets() {}

  static List<Preset> all() {
    return List.of(
        qwen15(),
        qwen3(
            "qwen3-30b-a3b",
            "Qwen3-30B-A3B",
            sizes(2048, 48, 32, 768),
            List.of(
                total("30.5B", "Qwen3-30B-A3B"),
                Published.of("29.9B", Counting.NON_EMBEDDING, card("Qwen3-30B-A3B")),
                Published.of("3.3B", Counting.ACTIVE, card("Qwen3-30B-A3B"))
                    .because("printed with two digits, cut rather than rounded"))),
        qwen3(
            "qwen3-235b-a22b",
            "Qwen3-235B-A22B",
            sizes(4096, 94, 64, 1536),
            List.of(
                total("235B", "Qwen3-235B-A22B"),
                Published.of("234B", Counting.NON_EMBEDDING, card("Qwen3-235B-A22B")),
                Published.of("22B", Counting.ACTIVE, card("Qwen3-235B-A22B")))));
  }

  private static Preset qwen15() {
    Sharing shared = new Sharing(1, FeedForwardShape.swiGlu(5632), true);
    return new Preset(
        "qwen1.5-moe-a2.7b",
        "Qwen1.5-MoE-A2.7B",
        Architecture.decoder(
            VOCABULARY,
            2048,
            Stack.decoder(24, 0),
            GroupedAttention.of(16, 16, 128).withBiases(true, false),
            null,
            Sparse.of(60, 4, FeedForwardShape.swiGlu(1408)).withSharing(shared)),
        Routed.dropless("top 4, softmax", e -> TopK.unnormalized(4), "auxiliary loss 0.001"),
        List.of(
            total("14.3B", "Qwen1.5-MoE-A2.7B"),
            Published.of("2.7B", Counting.ACTIVE, card("Qwen1.5-MoE-A2.7B"))));
  }

  private static Preset qwen3(
      String name, String title, Architecture sizes, List<Published> published) {
    Routed routed = Routed.dropless(
        "top 8, softmax, normalized", e -> TopK.of(8), "global-batch balance loss 0.001");
    return new Preset(name, title, sizes, routed, published);
  }

  private static Architecture sizes(int width, int layers, int heads, int hidden) {
    return Architecture.decoder(
        VOCABULARY,
        width,
        Stack.decoder(layers, 0),
        GroupedAttention.of(heads, 4, 128).withQkNorm(QkNorm.PER_HEAD),
        null,
        Sparse.of(128, 8, FeedForwardShape.swiGlu(hidden)));
  }

  private static Published total(String printed, String model) {
    return Published.of(printed, Counting.TOTAL, card(model));
  }

  private static String card(String model) {
    return "model card, Qwen/" + model;
  }
}
