package io.github.moe4j.balance.control;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * A change in proportion to the error: {@code Δb_e = rate·(mean(n) − n_e)/mean(n)} (the variant
 * {@code b + u·e} of Wang et al. 2024, arXiv 2408.15664, section 4.3).
 *
 * <p>The paper's error counts tokens; here it is relative to the mean, so that a rate is
 * independent of the batch size. Changes sum to 0. Near balance they decay, whereas {@link SignRule} keeps oscillating
 * by its rate.
 *
 * <p>At perfect balance, and without any choice, nothing changes. At total collapse on one expert its
 * bias falls by {@code rate·(E − 1)} and all others rise by the rate.
 *
 * @param rate change of an expert without tokens
 */
public record ProportionalRule(CoefficientSchedule rate) implements BiasRule {
  /** A constant rate. */
  public static ProportionalRule of(double rate) {
    return new ProportionalRule(CoefficientSchedule.constant(rate));
  }

  @Override
  public double[] change(long[] counts, long step) {
    double u = Require.notNegative("rate", rate.at(step));
    double mean = (double) Arrays.stream(counts).sum() / counts.length;
    double[] change = new double[counts.length];
    if (mean > 0) {
      Arrays.setAll(change, e -> u * (mean - counts[e]) / mean);
    }
    return change;
  }
}
