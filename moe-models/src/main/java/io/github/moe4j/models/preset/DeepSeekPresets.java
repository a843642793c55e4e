package io.github.moe4j.models.preset;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.routing.DeepSeekV2;
import io.github.moe4j.routing.DeepSeekV3;
import io.github.moe4j.routing.TopK;
import java.util.List;

/**
 * DeepSeekMoE 16B (arXiv 2401.06066), DeepSeek-V2 and V2-Lite (arXiv 2405.04434) and V3 (arXiv
 * 2412.19437); deepseek-ai's {@code config.json}.
 */
final class DeepSeekPresets {
  private static final int VOCABULARY = 102_400;

  private DeepSeekPresets() {}

  static List<Preset> all() {
    return List.of(moe16b(), v2(), v2Lite(), v3());
  }

  private static Preset moe16b() {
    String source = "arXiv 2401.06066, table 3";
    return new Preset(
        "deepseek-moe-16b",
        "DeepSeekMoE 16B",
        Architecture.decoder(
            VOCABULARY,
            2048,
            Stack.decoder(28, 1),
            GroupedAttention.of(16, 16, 128),
            FeedForwardShape.swiGlu(10944),
            sparse(64, 6, 1408, 2)),
        Routed.dropless(
            "top 6, softmax", e -> TopK.unnormalized(6), "expert-level balance loss 0.001"),
        List.of(
            Published.of("16.4B", Counting.TOTAL, source),
            Published.of("2.8B", Counting.ACTIVE, source).because("printed with two digits")));
  }

  private static Preset v2() {
    String source = "arXiv 2405.04434, abstract";
    return new Preset(
        "deepseek-v2",
        "DeepSeek-V2",
        Architecture.decoder(
            VOCABULARY,
            5120,
            Stack.decoder(60, 1),
            new LatentAttention(128, 1536, 512, 128, 64, 128),
            FeedForwardShape.swiGlu(12288),
            sparse(160, 6, 1536, 2)),
        Routed.dropless(
                "top 6, softmax times 16, best 3 of 8 groups",
                e -> DeepSeekV2.of(6, 8, 3, 16),
                "expert-level balance loss 0.003",
                "device-level balance loss 0.05",
                "communication balance loss 0.02")
            .withCapacityLabel("dropless; in training devices drop, not modelled here"),
        List.of(
            Published.of("236B", Counting.TOTAL, source),
            Published.of("21B", Counting.ACTIVE_WITHOUT_INPUT, source)
                .because("method not stated; counted as in DeepSeek-V3's README_WEIGHTS")));
  }

  private static Preset v2Lite() {
    String source = "arXiv 2405.04434, appendix B";
    return new Preset(
        "deepseek-v2-lite",
        "DeepSeek-V2-Lite",
        Architecture.decoder(
            VOCABULARY,
            2048,
            Stack.decoder(27, 1),
            new LatentAttention(16, 0, 512, 128, 64, 128),
            FeedForwardShape.swiGlu(10944),
            sparse(64, 6, 1408, 2)),
        Routed.dropless(
            "top 6, softmax", e -> TopK.unnormalized(6), "expert-level balance loss 0.001"),
        List.of(
            Published.of("15.7B", Counting.TOTAL, source),
            Published.of("2.4B", Counting.ACTIVE_WITHOUT_INPUT, source)
                .because("printed with two digits, cut rather than rounded")));
  }

  private static Preset v3() {
    String weights = "deepseek-ai/DeepSeek-V3, README_WEIGHTS.md";
    Sparse sparse = new Sparse(
        256,
        8,
        FeedForwardShape.swiGlu(2048),
        new Sharing(1, FeedForwardShape.swiGlu(2048), false),
        false,
        true);
    return new Preset(
        "deepseek-v3",
        "DeepSeek-V3",
        Architecture.decoder(
                129_280,
                7168,
                Stack.decoder(61, 3),
                new LatentAttention(128, 1536, 512, 128, 64, 128),
                FeedForwardShape.swiGlu(18432),
                sparse)
            .withPredictors(1),
        Routed.dropless(
            "top 8, sigmoid with selection bias, normalized times 2.5, best 4 of 8 groups",
            e -> DeepSeekV3.of(8, ExpertBias.zeros(e), 8, 4),
            "bias update speed 0.001",
            "sequence-wise balance loss 0.0001"),
        List.of(
            Published.of("671B", Counting.TOTAL, weights),
            Published.of("36.6B", Counting.ACTIVE_WITHOUT_INPUT, weights)
                .because("with the output head; the paper's abstract prints 37B"),
            Published.of("11.5B", Counting.PREDICTORS, weights)
                .because("not part of 671B; without the shared embedding and head")));
  }

  private static Sparse sparse(int experts, int k, int hidden, int shared) {
    FeedForwardShape expert = FeedForwardShape.swiGlu(hidden);
    return Sparse.of(experts, k, expert).withSharing(new Sharing(shared, expert, false));
  }
}
