package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.ExpertGroups.Outside;

/**
 * DeepSeek-V2's device-limited gate: each token goes to the k experts with the largest scores among
 * those of a few groups (DeepSeek-AI 2024, arXiv 2405.04434, section 2.2.2; {@code
 * group_limited_greedy} of DeepSeek's {@code MoEGate} and of {@code DeepseekV2TopkRouter} in Hugging
 * Face).
 *
 * <p>{@code s = softmax(logits)}; the groups with the largest best s are kept; the k largest s
 * within them are chosen, the weights are these s times a scale. The topK may normalize instead: DeepSeek's
 * code divides by {@code Σ + 1e-20} where {@code norm_topk_prob} is set, and then omits the scale.
 * Groups and experts are chosen by s or by the logits, see {@link Selection}.
 *
 * <p>At perfect balance every expert gets {@code T·K/E} tokens. Ties go to the lowest group and the
 * lowest expert index. The choice carries no gradient; the weights and the full distribution, that
 * of the topK's scores [T,E], do.
 *
 * @param topK how many experts, and their weights
 * @param groups which experts a token can reach; with {@link Selection#LOGITS} excluded experts
 *     have −∞
 * @param selection values by which groups and experts are chosen
 */
public record DeepSeekV2(TopK topK, ExpertGroups groups, Selection selection)
    implements RoutingRule {
  /** The values by which groups and experts are chosen. */
  public enum Selection {
    /**
     * The topK's scores, as DeepSeek does, and Megatron-LM where its softmax comes before the
     * choice: experts whose scores are equal in float64 are tied.
     */
    SCORES,
    /**
     * The raw logits, as Megatron-LM does where its softmax comes after the choice ({@code
     * topk_routing_with_score_function} without {@code use_pre_softmax}). If a group's score sums
     * several experts, this may keep other groups: a sum of logits is a product of scores.
     */
    LOGITS
  }

  /**
   * Checks that the parts fit.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public DeepSeekV2 {
    Require.that(
        selection == Selection.SCORES || groups.outside() == Outside.NEGATIVE_INFINITY,
        "outside must be NEGATIVE_INFINITY with LOGITS, which may be negative, but was %s",
        groups.outside());
  }

  /** Groups and experts chosen by their scores. */
  public DeepSeekV2(TopK topK, ExpertGroups groups) {
    this(topK, groups, Selection.SCORES);
  }

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
    return new DeepSeekV2(TopK.unnormalized(k).withScale(scale), ExpertGroups.byBest(groups, kept));
  }

  /** The same rule with another choice of groups and experts. */
  public DeepSeekV2 withSelection(Selection other) {
    return new DeepSeekV2(topK, groups, other);
  }

  @Override
  public void requireFits(int experts) {
    topK.requireFits(experts);
    groups.requireFits(experts, topK.k());
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    requireFits(logits.experts());
    Probabilities distribution = topK.scores().distribution(logits, input.mask());
    double[] values = selection == Selection.LOGITS
        ? logits.toArray()
        : topK.scores() == ScoreFunction.SOFTMAX
            ? distribution.toArray()
            : topK.scores().scores(logits, input.mask());
    groups.limit(values, logits.experts(), input.mask());
    int[] chosen = topK.choose(values, logits.experts(), input.mask());
    return topK.weigh(logits, distribution, input, chosen);
  }
}
