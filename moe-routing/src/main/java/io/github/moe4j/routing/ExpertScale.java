package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Vectors;
import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A learned factor for each expert on the weights of another rule: {@code w'_i = w_i·scale_i} (Gemma 4:
 * {@code per_expert_scale} of {@code Gemma4TextRouter} in {@code transformers/models/gemma4}, after
 * weights were divided by their sum, so that they need not sum to 1).
 *
 * <p>Choice, ties, scores that losses read, and the load at perfect balance are those of the rule.
 *
 * <p>Parameters: the rule's, under their own names, and {@code scale} [E].
 */
public final class ExpertScale implements RoutingRule {
  private final RoutingRule rule;
  private final INDArray scale;
  private final NamedArrays parameters;

  private ExpertScale(RoutingRule rule, INDArray scale) {
    Require.shape("scale", scale, -1);
    Require.floating("scale", scale.dataType());
    this.rule = rule;
    this.scale = scale;
    NamedArrays.Builder all = NamedArrays.builder();
    rule.parameters().forEach(all::add);
    this.parameters = all.add("scale", scale).build();
  }

  /**
   * Puts factors on the weights of a rule.
   *
   * @param scale [E], contiguous; becomes the live parameter
   */
  public static ExpertScale of(RoutingRule rule, INDArray scale) {
    return new ExpertScale(rule, scale);
  }

  /** The rule whose weights are multiplied. */
  public RoutingRule rule() {
    return rule;
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public void requireFits(int experts) {
    rule.requireFits(experts);
    Require.that(
        scale.length() == experts,
        "scale must have E = %d numbers but had %d",
        experts,
        scale.length());
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    requireFits(logits.experts());
    return new Run(rule.apply(logits, input), Vectors.read(scale));
  }

  /** The rule's decision with other weights. */
  private static final class Run implements RulePass {
    private final RulePass result;
    private final double[] factors;
    private final Assignments unscaled;
    private final Assignments scaled;

    Run(RulePass result, double[] factors) {
      this.result = result;
      this.factors = factors;
      this.unscaled = result.assignments();
      int size = unscaled.size();
      int[] tokens = new int[size];
      int[] experts = new int[size];
      double[] weights = new double[size];
      for (int n = 0; n < size; n++) {
        tokens[n] = unscaled.token(n);
        experts[n] = unscaled.expert(n);
        weights[n] = unscaled.weight(n) * factors[experts[n]];
      }
      this.scaled = Assignments.of(unscaled.tokens(), unscaled.experts(), tokens, experts, weights);
    }

    @Override
    public Assignments assignments() {
      return scaled;
    }

    @Override
    public List<TokenScores> scores() {
      return result.scores();
    }

    @Override
    public void backward(RoutingGradient gradient, double[] dLogits, Gradients into) {
      double[] dWeights = gradient.weightsOrZero(scaled.size());
      double[] dScale = new double[factors.length];
      for (int n = 0; n < dWeights.length; n++) {
        dScale[scaled.expert(n)] += dWeights[n] * unscaled.weight(n);
        dWeights[n] *= factors[scaled.expert(n)];
      }
      into.ifPresent("scale", target -> Vectors.add(target, dScale));
      RoutingGradient inner = RoutingGradient.ofWeights(dWeights);
      for (Kind kind : Kind.values()) {
        Optional<double[]> ofKind = gradient.of(kind);
        if (ofKind.isPresent()) {
          inner = inner.plus(RoutingGradient.of(kind, ofKind.get()));
        }
      }
      result.backward(inner, dLogits, into);
    }
  }
}
