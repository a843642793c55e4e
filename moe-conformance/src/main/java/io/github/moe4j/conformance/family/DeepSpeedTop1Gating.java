package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;

/**
 * {@code top1gating} of DeepSpeed: the raw softmax as weight, random token selection, and {@code
 * used_token}, whose zeros are tokens without an expert.
 */
final class DeepSpeedTop1Gating implements ReferenceFamily {
  @Override
  public String name() {
    return "deepspeed_top1gating";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseTensor logits = DeepSpeedGating.logits(reference);
    DeepSpeedGate gate =
        DeepSpeedGate.top1(reference.config(), DeepSpeedGating.survivors(reference));
    TokenBatch tokens = RuleCasePass.inputOf(mask(reference, logits.rowCount()));
    TokenBatch input = DeepSpeedTop1.drawing(reference, tokens, drawing -> {
      Logits scores = Logits.of(logits.values(), logits.size(1), drawing.mask());
      return RuleCasePass.of(gate.rule(), scores, drawing).assignments();
    });
    DeepSpeedGating.run(reference, comparison, gate, input);
  }

  private static TokenMask mask(ReferenceCase reference, int tokens) {
    CaseTensor used = reference.optionalInput("used_token").orElse(null);
    if (used == null && reference.config().flag("used_token", false)) {
      throw new DamagedCaseException("config sets used_token but the inputs have none");
    }
    return used == null ? TokenMask.none(tokens) : TokenMask.of(used.flags());
  }
}
