package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.routing.LoadThreshold;
import io.github.moe4j.routing.TopKNormalization;

/**
 * {@code MoE} of davidmrau/mixture-of-experts since its softmax moved before the top-k: weights
 * {@code p/(Σ p + 1e-6)}, and a load that compares raw scores with softmaxed thresholds.
 */
final class DavidmrauMoe implements ReferenceFamily {
  @Override
  public String name() {
    return "davidmrau_moe";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    DavidmrauLayer.run(
        reference, comparison, TopKNormalization.sum(1e-6), LoadThreshold.PROBABILITIES);
  }
}
