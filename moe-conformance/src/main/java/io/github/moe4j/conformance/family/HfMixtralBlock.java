package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;

/**
 * {@code MixtralSparseMoeBlock} of Hugging Face: top-k of the softmax, always renormalized, SwiGLU
 * experts, the auxiliary loss counted per token.
 */
final class HfMixtralBlock implements ReferenceFamily {
  @Override
  public String name() {
    return "hf_mixtral_block";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    HfSparseBlock.run(reference, comparison, true, null);
  }
}
