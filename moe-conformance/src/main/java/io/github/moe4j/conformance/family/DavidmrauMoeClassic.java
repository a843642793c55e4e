package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.routing.LoadThreshold;
import io.github.moe4j.routing.TopKNormalization;

/** {@code MoE} of davidmrau/mixture-of-experts as it was for long: the paper's noisy top-k. */
final class DavidmrauMoeClassic implements ReferenceFamily {
  @Override
  public String name() {
    return "davidmrau_moe_classic";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    DavidmrauLayer.run(reference, comparison, TopKNormalization.sum(), LoadThreshold.NOISY_LOGITS);
  }
}
