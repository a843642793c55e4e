package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.Require;
import java.util.random.RandomGenerator;

/**
 * Multiplicative noise on the logits before a rule: stochastic jitter.
 *
 * <p>Training: the rule sees {@code logits·(1 + U[−range, range])}, one draw for each token and
 * expert, token after token, padding included. Evaluation, or range 0: the logits as they are, and
 * nothing is drawn. Values of 0.3 to 0.5 are usual. A logit near 0 is hardly moved and none changes
 * its sign, unlike with additive noise.
 *
 * <p>The decision's raw scores [T,E] stay the clean logits, which the z-loss reads; its distribution
 * is the rule's. Gradients pass through, times the same factors. The load at perfect balance,
 * parameters and ties are those of the rule.
 *
 * @param rule applied to the noisy logits
 * @param range 0 ≤ range &lt; 1
 */
public record LogitJitter(RoutingRule rule, double range) implements RoutingRule {
  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public LogitJitter {
    Require.that(range >= 0 && range < 1, "range must be in [0, 1) but was %s", range);
  }

  /** A rule whose logits are multiplied by noise in {@code [1 − range, 1 + range)}. */
  public static LogitJitter of(RoutingRule rule, double range) {
    return new LogitJitter(rule, range);
  }

  @Override
  public NamedArrays parameters() {
    return rule.parameters();
  }

  @Override
  public void requireFits(int experts) {
    rule.requireFits(experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    if (!input.isTraining() || range == 0) {
      return rule.apply(logits, input);
    }
    RandomGenerator random = input.requireGenerator("LogitJitter");
    double[] noisy = logits.toArray();
    double[] factors = new double[noisy.length];
    for (int i = 0; i < noisy.length; i++) {
      factors[i] = 1 + range * (2 * InverseSampling.uniform(random) - 1);
      noisy[i] *= factors[i];
    }
    return ChangedLogits.apply(rule, noisy, logits.experts(), input, i -> factors[i]);
  }
}
