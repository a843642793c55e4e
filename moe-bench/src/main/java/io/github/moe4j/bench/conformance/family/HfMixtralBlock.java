package io.github.moe4j.bench.conformance.family;

import io.github.moe4j.bench.conformance.Comparison;
import io.github.moe4j.bench.conformance.ReferenceCase;
import io.github.moe4j.bench.conformance.ReferenceFamily;

/**
 * {@code MixtralSparseMoeBlock} of Hugging Face: top-k of the softmax, always renormalised, SwiGLU
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
