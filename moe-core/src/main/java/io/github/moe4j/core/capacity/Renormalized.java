package io.github.moe4j.core.capacity;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.internal.Require;

/**
 * Another rule, after which the weights of each token's kept assignments are divided by their
 * sum: {@code w' = w / max(Σ w, floor)}.
 *
 * <p>So a token that lost an expert redistributes its whole weight to the others (DeepSpeed for k of 2 and
 * more, fairseq and NLLB). Megatron-LM, Tutel and mesh-tensorflow leave the weights as they are. Do
 * not use it with one choice: its weight becomes the constant 1, which gives the router no gradient.
 *
 * <p>Backward: {@code dw = (dw' − Σ dw'·w') / Σ w} over the token; below the floor, where the
 * divisor is constant, {@code dw = dw' / floor}.
 *
 * @param rule the rule that drops
 * <p>A pass whose weights are not all at least 0 is refused with an {@link IllegalArgumentException}: their sum may be near 0.
 *
 * @param floor least divisor, above 0
 */
public record Renormalized(CapacityRule rule, double floor) implements CapacityRule {
  /** Distance of 1 to the next double, which the systems named take in their own type. */
  private static final double EPSILON = Math.ulp(1.0);

  /**
   * Checks the floor.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public Renormalized {
    Require.that(
        floor > 0 && Double.isFinite(floor), "floor must be above 0 and finite but was %s", floor);
  }

  /** With the machine epsilon of float64, 2.220446049250313e-16, as floor. */
  public static Renormalized of(CapacityRule rule) {
    return new Renormalized(rule, EPSILON);
  }

  @Override
  public CapacityPass apply(RouterDecision decision, PassMode mode) {
    return new Result(rule.apply(decision, mode), floor);
  }

  private static final class Result implements CapacityPass {
    private final CapacityPass inner;
    private final double floor;
    private final double[] sum;
    private final Assignments kept;

    Result(CapacityPass inner, double floor) {
      this.inner = inner;
      this.floor = floor;
      Assignments before = inner.kept();
      this.sum = new double[before.tokens()];
      int[] token = new int[before.size()];
      int[] expert = new int[before.size()];
      double[] weight = new double[before.size()];
      for (int n = 0; n < token.length; n++) {
        token[n] = before.token(n);
        expert[n] = before.expert(n);
        Require.that(
            before.weight(n) >= 0,
            "weights must be at least 0 to be renormalized but token %d, expert %d has %s",
            token[n],
            expert[n],
            before.weight(n));
        sum[token[n]] += before.weight(n);
      }
      for (int n = 0; n < token.length; n++) {
        weight[n] = before.weight(n) / Math.max(sum[token[n]], floor);
      }
      this.kept = Assignments.of(before.tokens(), before.experts(), token, expert, weight);
    }

    @Override
    public Assignments kept() {
      return kept;
    }

    @Override
    public int fillers() {
      return inner.fillers();
    }

    @Override
    public int dropped() {
      return inner.dropped();
    }

    @Override
    public RoutingGradient backward(double[] dKeptWeights) {
      Require.length("gradient of kept weights", dKeptWeights, kept.size());
      double[] dot = new double[sum.length];
      for (int n = 0; n < dKeptWeights.length; n++) {
        dot[kept.token(n)] += dKeptWeights[n] * kept.weight(n);
      }
      double[] dWeights = new double[dKeptWeights.length];
      for (int n = 0; n < dWeights.length; n++) {
        int t = kept.token(n);
        dWeights[n] =
            sum[t] < floor ? dKeptWeights[n] / floor : (dKeptWeights[n] - dot[t]) / sum[t];
      }
      return inner.backward(dWeights);
    }
  }
}
