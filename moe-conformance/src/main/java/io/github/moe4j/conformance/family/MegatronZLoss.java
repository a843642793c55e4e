package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.TokenMask;

/**
 * {@code z_loss_func} of Megatron-LM: {@code coefficient·mean over real tokens of
 * logsumexp(logits)²}. In its {@code padding_mask} true marks padding; nothing but padding gives 0.
 */
final class MegatronZLoss implements ReferenceFamily {
  @Override
  public String name() {
    return "megatron_z_loss";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    CaseTensor logits = reference.input("logits", -1, config.size("num_experts"));
    TokenMask mask = reference
        .optionalInput("padding_mask")
        .map(padding -> TokenMask.of(not(padding.flags())))
        .orElseGet(() -> TokenMask.none(logits.rowCount()));
    GivenLogits scores = GivenLogits.of(logits, mask);
    LossValue loss = ZLoss.of(config.number("z_loss_coeff")).evaluate(scores.undecided());
    comparison.output("z_loss", loss.value());
    comparison.output("objective", loss.value());
    comparison.gradient("logits", scores.gradient(loss.gradient()));
  }

  private static boolean[] not(boolean[] flags) {
    boolean[] result = new boolean[flags.length];
    for (int i = 0; i < flags.length; i++) {
      result[i] = !flags[i];
    }
    return result;
  }
}
