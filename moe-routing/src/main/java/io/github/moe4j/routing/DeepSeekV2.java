package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.MoeInput;

/**
 * DeepSeek-V2's device-limited gate: each token goes to the k experts with the largest scores among
 * those of a few groups (DeepSeek-AI 2024, arXiv 2405.04434, section 2.2.2; {@code
 * group_limited_greedy} of DeepSeek's {@code MoEGate} and of {@code DeepseekV2TopkRouter} in Hugging
 * Face).
 *
 * <p>{@code s = softmax(logits)}; the groups with the largest best s stay; the k largest s within
 * them are chosen, the weights are these s times a scale. Choices are made by s, as the sources do,
 * not by the logits: experts whose probabilities are equal are tied. The topK may normalise instead:
 * DeepSeek's code divides by {@code Σ + 1e-20} where {@code norm_topk_prob} is set, and then leaves
 * the scale out.
 *
 * <p>At perfect balance every expert gets {@code T·K/E} tokens. Ties go to the lowest group and the
 * lowest expert index. The choice carries no gradient; the weights and the full distribution, that
 * of the topK's scores [T,E], do.
 *
 * @param topK how many experts, and their weights
 * @param groups which experts a token can reach
 */
public record DeepSeekV2(TopK topK, ExpertGroups groups) implements RoutingRule {
  /**
   * The published gate: softmax probabilities times a scale, groups scored by their best expert.
   * DeepSeek-V2 itself is {@code of(6, 8, 3, 16)} with E = 160.
   *
   * @param k choices per token
   * @param groups number of groups, a divisor of E
   * @param kept groups a token may use
   * @param scale factor on all weights
   */
  public static DeepSeekV2 of(int k, int groups, int kept, double scale) {
    return new DeepSeekV2(TopK.unnormalised(k).withScale(scale), ExpertGroups.byBest(groups, kept));
  }

  @Override
  public void requireFits(int experts) {
    topK.requireFits(experts);
    groups.requireFits(experts, topK.k());
  }

  @Override
  public RuleResult apply(Logits logits, MoeInput input) {
    requireFits(logits.experts());
    double[] selection = topK.scores().scores(logits, input.mask());
    groups.limit(selection, logits.experts(), input.mask());
    return topK.weigh(logits, input, topK.choose(selection, logits.experts(), input.mask()));
  }
}
