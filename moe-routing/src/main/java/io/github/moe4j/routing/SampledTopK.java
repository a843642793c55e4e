package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;

/**
 * Sampled top-k: in training each token draws its k experts at random by their probabilities, without
 * replacement.
 *
 * <p>Training: the k experts with the largest {@code logits + g}, g standard Gumbel noise, one draw
 * for each token and expert, token after token, padding included. The first is then a sample of
 * {@code softmax(logits)}, the next one of what is left, and so on (the Gumbel top-k trick; Kool, van
 * Hoof and Welling 2019, arXiv 1903.06059). DeepSpeed does this with k = 1 as {@code
 * noisy_gate_policy = "RSample"} ({@code sharded_moe.py}, {@code top1gating}). Evaluation: plain
 * top-k.
 *
 * <p>The weights and the distribution [T,E] are the topK's for the clean logits: the noise affects
 * the selection, not the weights, unlike in {@link GumbelNoise}. Experts that would never be
 * best are explored, and so can learn. At perfect balance every expert gets {@code T·K/E}
 * tokens. The choice carries no gradient; the weights and the distribution do.
 *
 * @param topK how many experts, and their weights
 */
public record SampledTopK(TopK topK) implements RoutingRule {
  /** Samples of k experts for each token, with the weights of {@link TopK#of}. */
  public static SampledTopK of(int k) {
    return new SampledTopK(TopK.of(k));
  }

  @Override
  public void requireFits(int experts) {
    topK.requireFits(experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    topK.requireUsable(logits.experts(), input); // before anything is drawn
    double[] selection = logits.toArray();
    if (input.isTraining()) {
      GumbelNoise.add(selection, input.requireGenerator("SampledTopK"));
    }
    return topK.weigh(logits, input, topK.choose(selection, logits.experts(), input.mask()));
  }
}
