package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.ExpertCounts;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.TokenMask;

/**
 * {@code switch_load_balancing_loss_func} of Megatron-LM: {@code coefficient·E/(K·T²)·Σ_e (Σ_t
 * p_te)·n_e} with the counts n given from outside and T the number of real tokens, so that a
 * balanced top-k gives the coefficient.
 *
 * <p>The output {@code probs} is the softmax before padding is taken out.
 */
final class MegatronSwitchAuxLoss implements ReferenceFamily {
  private static final String REAL_TOKENS = "number of valid tokens";

  @Override
  public String name() {
    return "megatron_switch_aux_loss";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    if (!config.text("total_num_tokens").equals(REAL_TOKENS)) {
      throw new UnsupportedCaseException(
          "config total_num_tokens is " + config.text("total_num_tokens"));
    }
    CaseTensor logits = reference.input("logits", -1, config.size("num_experts"));
    TokenMask mask = reference
        .optionalInput("valid_mask")
        .map(valid -> TokenMask.of(valid.flags()))
        .orElseGet(() -> TokenMask.none(logits.rowCount()));
    GivenLogits scores = GivenLogits.of(logits, mask);
    ExpertCounts counts = new ExpertCounts(
        reference.input("tokens_per_expert", config.size("num_experts")).longs(),
        mask.validTokens(),
        config.size("topk"));
    LossValue loss =
        SwitchLoss.of(config.number("moe_aux_loss_coeff")).evaluate(scores.undecided(), counts);
    comparison.output("probs", scores.probabilitiesOfAll().toArray());
    comparison.output("aux_loss", loss.value());
    comparison.output("objective", loss.value());
    comparison.gradient("logits", scores.gradient(loss.gradient()));
  }
}
