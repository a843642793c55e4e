package io.github.moe4j.bench.conformance.family;

import io.github.moe4j.bench.conformance.Comparison;
import io.github.moe4j.bench.conformance.ReferenceCase;
import io.github.moe4j.bench.conformance.ReferenceFamily;

/**
 * {@code OlmoeSparseMoeBlock} of Hugging Face: Mixtral's block, but the chosen probabilities are
 * renormalised only if {@code norm_topk_prob} says so.
 */
final class HfOlmoeBlock implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_olmoe_block";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    boolean renormalise = reference.config().flag("norm_topk_prob");
    HfSparseBlock.run(reference, comparison, renormalise, null);
  }
}
