package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;

/**
 * {@code OlmoeSparseMoeBlock} of Hugging Face: Mixtral's block, but the chosen probabilities are
 * renormalized only if {@code norm_topk_prob} says so.
 */
final class HfOlmoeBlock implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_olmoe_block";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    boolean renormalize = reference.config().flag("norm_topk_prob");
    HfSparseBlock.run(reference, comparison, renormalize, null);
  }
}
