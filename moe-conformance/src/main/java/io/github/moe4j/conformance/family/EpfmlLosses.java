package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.EntropyLoss;
import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.RouterDecision;

/**
 * {@code load_balancing_loss}, {@code router_z_loss} and {@code entropy_reg} of llm-baselines, for
 * given experts.
 *
 * <p>The balance loss is {@code Σ f·P} without the factor E, so that a balanced top-k gives k/E. f is
 * the share of tokens that chose an expert at least once. Differentiated is the balance loss, a tenth
 * of the z-loss, and both entropies, that of each token by half.
 */
final class EpfmlLosses implements ReferenceFamily {
  private static final double Z_WEIGHT = 0.1;
  private static final double EACH_TOKEN_WEIGHT = 0.5;

  @Override
  public String name() {
    return "epfml_losses";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    int experts = reference.config().size("num_experts");
    CaseTensor logits = reference.input("router_logits", -1, experts);
    GivenLogits scores = GivenLogits.of(logits);
    RouterDecision decision = scores.decide(
        HfSwitchLosses.distinct(reference.input("expert_indices"), logits.rowCount()));
    LossValue balance = new SwitchLoss(
            1.0 / experts, SwitchLoss.Counting.PER_TOKEN, LossScope.LAYER_SUM)
        .evaluate(decision);
    LossValue z = ZLoss.of(1).evaluate(decision);
    LossValue mean = EntropyLoss.of(1).evaluate(decision);
    LossValue eachToken = new EntropyLoss(1, EntropyLoss.Of.EACH_TOKEN).evaluate(decision);
    LossValue objective =
        balance.plus(z.times(Z_WEIGHT)).plus(mean).plus(eachToken.times(EACH_TOKEN_WEIGHT));
    comparison.output("load_balancing_loss", balance.value());
    comparison.output("router_z_loss", z.value());
    comparison.output("entropy_reg_mean_over_batch", mean.value());
    comparison.output("entropy_reg_per_token", eachToken.value());
    comparison.output("objective", objective.value());
    comparison.gradient("router_logits", scores.gradient(objective.gradient()));
  }
}
