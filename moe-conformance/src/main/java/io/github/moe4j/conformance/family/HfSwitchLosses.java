package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.RouterDecision;
import java.util.Arrays;

/**
 * {@code load_balancing_loss_func} and {@code router_z_loss_func} of Hugging Face's Switch
 * Transformers, for given experts.
 *
 * <p>The balance loss is {@code E²·mean over (sequence, expert) of f·P}, which is the mean over
 * sequences of {@code E·Σ f·P}. f is the share of tokens that chose an expert at least once: the
 * code takes the maximum of the one-hot vectors, so an expert listed twice counts once.
 */
final class HfSwitchLosses implements ReferenceFamily {
  static final SwitchLoss BALANCE =
      new SwitchLoss(1, SwitchLoss.Counting.PER_TOKEN, LossScope.SEQUENCE);

  @Override
  public String name() {
    return "hf_switch_losses";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseTensor logits = reference.input("router_logits", -1, -1, -1);
    GivenLogits scores = GivenLogits.of(logits).withSequenceLength(logits.size(1));
    RouterDecision decision =
        scores.decide(distinct(reference.input("expert_indices"), logits.rowCount()));
    LossValue balance = BALANCE.evaluate(decision);
    LossValue z = ZLoss.of(1).evaluate(decision);
    comparison.output("balance_loss", balance.value());
    comparison.output("z_loss", z.value());
    comparison.output("objective", balance.value() + z.value());
    comparison.gradient("router_logits", scores.gradient(balance.gradient().plus(z.gradient())));
  }

  /**
   * The distinct experts of each token.
   *
   * @param indices of all tokens, such as [G,S], [G,S,n] or [T,n]
   */
  static int[][] distinct(CaseTensor indices, int tokens) {
    int[] all = indices.ints();
    if (tokens == 0 || all.length % tokens != 0) {
      throw new DamagedCaseException(
          indices.name() + " must be of " + tokens + " tokens but has length " + all.length);
    }
    int n = all.length / tokens;
    int[][] result = new int[tokens][];
    for (int t = 0; t < tokens; t++) {
      result[t] = Arrays.stream(all, t * n, (t + 1) * n).distinct().toArray();
    }
    return result;
  }
}
