package io.github.moe4j.balance.control;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * The rule of loss-free balancing: {@code Δb_e = rate·sign(mean(n) − n_e)} (Wang et al. 2024, arXiv
 * 2408.15664, algorithm 1; DeepSeek-V3, arXiv 2412.19437, section 2.1.2; {@code
 * get_updated_expert_bias} of Megatron-LM).
 *
 * <p>An expert exactly at the mean keeps its bias. Centred, the mean of the changes is subtracted, so
 * that the mean of the biases stays constant (torchtitan): choices stay the same, since a common shift
 * has no effect, but the values do not drift.
 *
 * <p>At perfect balance nothing changes. At total collapse on one expert its bias falls by the rate
 * and all others rise by it, before centring.
 *
 * @param rate size of a change, 1e-3 in DeepSeek-V3
 * @param centred whether the changes sum to 0
 */
public record SignRule(CoefficientSchedule rate, boolean centred) implements BiasRule {
  /** The rule of DeepSeek-V3. */
  public static SignRule of(double rate) {
    return new SignRule(CoefficientSchedule.constant(rate), false);
  }

  /** The rule of torchtitan. */
  public static SignRule centred(double rate) {
    return new SignRule(CoefficientSchedule.constant(rate), true);
  }

  @Override
  public double[] change(long[] counts, long step) {
    double u = Require.notNegative("rate", rate.at(step));
    double mean = (double) Arrays.stream(counts).sum() / counts.length;
    double[] change = new double[counts.length];
    Arrays.setAll(change, e -> u * Math.signum(mean - counts[e]));
    return centred ? Centre.of(change) : change;
  }
}
