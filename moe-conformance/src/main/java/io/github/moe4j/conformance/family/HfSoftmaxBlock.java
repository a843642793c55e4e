package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.TopK;

/**
 * Blocks of Hugging Face that route by a softmax: the k largest probabilities weigh SwiGLU experts,
 * beside a shared expert where a case has one. They differ in whether the chosen probabilities are
 * divided by their sum, which is the same as a softmax over the chosen logits.
 *
 * @param name of the family
 * @param renormalized whether they are
 */
record HfSoftmaxBlock(String name, Renormalized renormalized) implements ReferenceFamily {
  /** Whether chosen probabilities are divided by their sum. */
  enum Renormalized {
    ALWAYS,
    NEVER,
    /** As config {@code norm_topk_prob} says. */
    BY_CONFIG
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    RoutingRule rule = rule(reference, renormalized);
    HfBlock.compare(reference, comparison, rule, rule);
  }

  /** The rule of a case. */
  static RoutingRule rule(ReferenceCase reference, Renormalized renormalized) {
    CaseConfig config = reference.config();
    config.requireZero("router_jitter_noise", "jitter draws random numbers");
    int k = config.size("top_k");
    boolean divided = renormalized == Renormalized.BY_CONFIG
        ? config.flag("norm_topk_prob")
        : renormalized == Renormalized.ALWAYS;
    return HfBlock.replayed(reference, divided ? TopK.of(k) : TopK.unnormalized(k));
  }
}
