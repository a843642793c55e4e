package io.github.moe4j.models.preset;

import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * gpt-oss (OpenAI 2025, arXiv 2508.10925); openai's {@code config.json}. How it was balanced is
 * not published.
 */
final class GptOssPresets {
  private static final String TABLE = "arXiv 2508.10925, table 1";

  private GptOssPresets() {}

  static List<Preset> all() {
    return List.of(
        preset("gpt-oss-20b", 24, 32, "20.91B", "3.61B"),
        preset("gpt-oss-120b", 36, 128, "116.83B", "5.13B"));
  }

  private static Preset preset(String name, int layers, int experts, String total, String active) {
    FeedForwardShape expert = new FeedForwardShape(2880, true, true, Activation.SILU, true);
    GroupedAttention attention =
        new GroupedAttention(64, 8, 64, true, true, QkNorm.NONE, true, 128);
    return new Preset(
        name,
        name,
        Architecture.decoder(
            201_088,
            2880,
            Stack.decoder(layers, 0),
            attention,
            null,
            new Sparse(experts, 4, expert, null, true, false)),
        Routed.dropless("top 4, softmax of the chosen", e -> TopK.softmaxAfter(4)),
        List.of(
            Published.of(total, Counting.TOTAL, TABLE),
            Published.of(active, Counting.ACTIVE_WITHOUT_INPUT, TABLE)
                .because("unembedding counted, embedding not")));
  }
}
