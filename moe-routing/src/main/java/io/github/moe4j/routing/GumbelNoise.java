package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.Require;
import java.util.random.RandomGenerator;

/**
 * Gumbel noise and a temperature before a rule: with {@link TopK} the Gumbel-softmax over experts
 * (Jang, Gu and Poole 2016, arXiv 1611.01144, equation 2; Maddison et al. 2016, arXiv 1611.00712),
 * in place of the Gaussian noise of noisy top-k.
 *
 * <p>Training: the rule sees {@code (logits + g)/τ}, g standard Gumbel noise, one draw for each token
 * and expert, token after token, padding included. Evaluation: it sees {@code logits/τ}, so that
 * weights have the same scale with and without noise; nothing is drawn. In both, {@code τ =
 * temperature.at(step)}: give an evaluation the step of the training.
 *
 * <p>The decision's raw scores [T,E] stay the clean logits, which the z-loss reads; its distribution
 * is the rule's, noise and temperature included. Gradients pass through: {@code dLogits +=
 * dNoisy/τ}. The load at perfect balance, parameters and ties are those of the rule.
 *
 * @param rule applied to the noisy logits
 * @param temperature τ at each step
 */
public record GumbelNoise(RoutingRule rule, Temperature temperature) implements RoutingRule {
  /** With the temperature {@link Temperature#gumbelDefault}. */
  public static GumbelNoise of(RoutingRule rule) {
    return new GumbelNoise(rule, Temperature.gumbelDefault());
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
    long step = input.mode().step();
    double t = temperature.at(step);
    Require.that(
        t > 0 && Double.isFinite(t),
        "temperature at step %d must be finite and above 0 but was %s",
        step,
        t);
    double[] noisy = logits.toArray();
    if (input.isTraining()) {
      add(noisy, input.requireGenerator("GumbelNoise"));
    }
    if (t != 1) { // x/1 is x
      for (int i = 0; i < noisy.length; i++) {
        noisy[i] /= t;
      }
    }
    return ChangedLogits.apply(rule, noisy, logits.experts(), input, i -> 1 / t);
  }

  /**
   * Adds standard Gumbel noise, one draw for each value in order.
   *
   * @param values modified
   * @param random modified: drawn from
   */
  static void add(double[] values, RandomGenerator random) {
    double[] noise = InverseSampling.gumbels(random, values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] += noise[i];
    }
  }
}
