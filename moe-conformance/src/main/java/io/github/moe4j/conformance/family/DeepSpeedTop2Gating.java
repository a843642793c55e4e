package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.RecordedDraws;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;

/**
 * {@code top2gating} of DeepSpeed: the second expert best or sampled, all first choices before the
 * second ones, weights renormalized over what survives.
 */
final class DeepSpeedTop2Gating implements ReferenceFamily {
  @Override
  public String name() {
    return "deepspeed_top2gating";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseTensor logits = DeepSpeedGating.logits(reference);
    TokenBatch tokens = RuleCasePass.inputOf(TokenMask.none(logits.rowCount()));
    boolean sampled = reference.config().flag("top2_2nd_expert_sampling");
    TokenBatch input = sampled
        ? tokens.withMode(PassMode.training(
            RecordedDraws.gumbel(reference.input("gumbel_noise", logits.shape()).values())))
        : tokens.withMode(PassMode.training());
    DeepSpeedGating.run(reference, comparison, DeepSpeedGate.top2(reference.config()), input);
  }
}
