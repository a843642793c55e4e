package io.github.moe4j.routing;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;

/**
 * DeepSeek-V3's gate: experts are chosen by their scores plus a bias that balances the load, and
 * weighted by the scores only (DeepSeek-AI 2024, arXiv 2412.19437, equations 12 to 16; {@code
 * noaux_tc} of DeepSeek's {@code MoEGate}; {@code DeepseekV3TopkRouter} in Hugging Face).
 *
 * <p>{@code s = sigmoid(logits)}, {@code c = s + bias}; the groups with the largest sum of their two
 * best c are kept; the k largest c within them are chosen; the weights are {@code s/(Σ chosen s +
 * 1e-20)·2.5}. The paper and DeepSeek's inference code have no epsilon; Megatron-LM, Hugging Face
 * and torchtitan have. Other scores and weights may be set in {@code topK}: torchtitan's {@code
 * TokenChoiceTopKRouter} also adds the bias to a softmax.
 *
 * <p>At perfect balance every expert gets {@code T·K/E} tokens. Ties go to the lowest group and the
 * lowest expert index. The choice carries no gradient, and none reaches the bias: it is read once per
 * pass and replaced between steps by a controller. The weights and the full distribution {@code
 * s/Σ s} [T,E], which the sequence-wise loss reads, have gradients.
 *
 * @param topK how many experts, and their weights
 * @param bias [E], read at every pass. Not modified.
 * @param groups which experts a token can reach
 */
public record DeepSeekV3(TopK topK, ExpertBias bias, ExpertGroups groups) implements RoutingRule {
  private static final double SCALE = 2.5;
  private static final double EPSILON = 1e-20;

  /** The published gate without groups: any expert can be reached. */
  public static DeepSeekV3 of(int k, ExpertBias bias) {
    return new DeepSeekV3(weights(k), bias, ExpertGroups.none());
  }

  /**
   * The published gate. DeepSeek-V3 itself is {@code of(8, bias, 8, 4)} with E = 256.
   *
   * @param k choices per token
   * @param bias [E]
   * @param groups number of groups, a divisor of E
   * @param kept groups a token may use
   */
  public static DeepSeekV3 of(int k, ExpertBias bias, int groups, int kept) {
    return new DeepSeekV3(weights(k), bias, ExpertGroups.byBestTwo(groups, kept));
  }

  /** The published weights: sigmoids of the chosen, divided by their sum, times 2.5. */
  public static TopK weights(int k) {
    return new TopK(k, ScoreFunction.SIGMOID, TopKNormalization.sum(EPSILON), SCALE);
  }

  @Override
  public void requireFits(int experts) {
    topK.requireFits(experts);
    groups.requireFits(experts, topK.k());
    bias.requireExperts(experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    int experts = logits.experts();
    requireFits(experts);
    TokenMask mask = input.mask();
    double[] selection = bias.addTo(topK.scores().scores(logits, mask));
    groups.limit(selection, experts, mask);
    return topK.weigh(logits, input, topK.choose(selection, experts, mask));
  }
}
