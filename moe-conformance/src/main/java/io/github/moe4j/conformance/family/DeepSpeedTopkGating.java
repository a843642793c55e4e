package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;

/**
 * {@code topkgating} of DeepSpeed: the k best experts, dropped by position or by probability, weights
 * renormalized over what survives.
 */
final class DeepSpeedTopkGating implements ReferenceFamily {
  @Override
  public String name() {
    return "deepspeed_topkgating";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseTensor logits = DeepSpeedGating.logits(reference);
    TokenMask all = TokenMask.none(logits.rowCount());
    TokenBatch input = RuleCasePass.inputOf(all).withMode(PassMode.training());
    DeepSpeedGate gate =
        DeepSpeedGate.topK(reference.config(), DeepSpeedGating.survivors(reference));
    DeepSpeedGating.run(reference, comparison, gate, input);
    Logits scores = Logits.of(logits.values(), logits.size(1), all);
    Ties.skipIfOpen(comparison, scores.softmax(all), all, reference.config().size("k"));
  }
}
