package io.github.moe4j.testkit.mutants;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.Near;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Noisy top-k in plain loops, in steps that a mutant replaces: the k largest of {@code s = x·weightᵀ}, with
 * normal noise in training, weighted by the softmax of these k.
 *
 * <p>Parameters: {@code weight} [E,D].
 */
class ExampleRouter implements Router {
  final INDArray weight;
  final int k;

  ExampleRouter(INDArray weight, int k) {
    this.weight = weight;
    this.k = k;
    requireChoices();
  }

  void requireChoices() {
    Require.that(k >= 1 && k <= experts(), "k must be in [1, %d] but was %d", experts(), k);
  }

  @Override
  public final int experts() {
    return (int) weight.size(0);
  }

  @Override
  public final int modelWidth() {
    return (int) weight.size(1);
  }

  @Override
  public final NamedArrays parameters() {
    return NamedArrays.builder().add("weight", weight).build();
  }

  void requireInput(TokenBatch input) {
    Require.shape("x", input.x(), -1, modelWidth());
    Require.type("x", input.x(), weight.dataType());
  }

  /** Scores of all tokens [T·E]. */
  double[] scores(TokenBatch input) {
    double[] x = Near.values(input.x());
    double[] w = Near.values(weight);
    double[] scores = new double[input.tokens() * experts()];
    for (int i = 0; i < scores.length; i++) {
      for (int d = 0; d < modelWidth(); d++) {
        scores[i] += x[i / experts() * modelWidth() + d] * w[i % experts() * modelWidth() + d];
      }
    }
    return scores;
  }

  void addNoise(double[] scores, PassMode mode) {
    if (mode.isTraining()) {
      addNormal(scores, mode.requireGenerator("the example"));
    }
  }

  static void addNormal(double[] scores, RandomGenerator generator) {
    Arrays.setAll(scores, i -> scores[i] + 0.3 * generator.nextGaussian());
  }

  /** Experts of a token, best first. */
  int[] choose(double[] scores, int token) {
    return Decisions.largest(scores, token * experts(), experts(), k);
  }

  /** Weights of the chosen experts. */
  double[] weights(double[] chosenScores) {
    double largest = Arrays.stream(chosenScores).max().orElse(0);
    double[] w = Arrays.stream(chosenScores).map(s -> Math.exp(s - largest)).toArray();
    double sum = Arrays.stream(w).sum();
    return Arrays.stream(w).map(v -> v / sum).toArray();
  }

  @Override
  public RouterPass route(TokenBatch input, Arena.Scope scope) {
    requireInput(input);
    double[] scores = scores(input);
    addNoise(scores, input.mode());
    Logits logits = logits(scores, input.mask());
    int[] tokens = tokens(input.mask());
    int[] token = new int[tokens.length * k];
    int[] expert = new int[token.length];
    double[] weights = new double[token.length];
    for (int i = 0; i < tokens.length; i++) {
      int t = tokens[i];
      int[] chosen = choose(scores, t);
      Arrays.fill(token, i * k, (i + 1) * k, t);
      System.arraycopy(chosen, 0, expert, i * k, k);
      double[] of = weights(
          Arrays.stream(chosen).mapToDouble(e -> scores[t * experts() + e]).toArray());
      System.arraycopy(of, 0, weights, i * k, k);
    }
    Assignments made = assignments(input.tokens(), token, expert, weights, scope);
    return pass(input, decision(input, made, logits), scores);
  }

  Logits logits(double[] scores, TokenMask mask) {
    return Logits.of(scores, experts(), mask);
  }

  /** The tokens that are routed. */
  int[] tokens(TokenMask mask) {
    return mask.validIndices(0, mask.tokens());
  }

  Assignments assignments(int tokens, int[] token, int[] expert, double[] w, Arena.Scope scope) {
    return Assignments.of(tokens, experts(), token, expert, w);
  }

  RouterDecision decision(TokenBatch input, Assignments made, Logits logits) {
    return RouterDecision.of(input, made, logits, logits.softmax(input.mask()));
  }

  RouterPass pass(TokenBatch input, RouterDecision decision, double[] scores) {
    return new Pass(input, decision);
  }

  class Pass implements RouterPass {
    final TokenBatch input;
    final RouterDecision decision;

    Pass(TokenBatch input, RouterDecision decision) {
      this.input = input;
      this.decision = decision;
    }

    @Override
    public RouterDecision decision() {
      return decision;
    }

    @Override
    public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
      requireLengths(gradient);
      Require.target("dx", dx, input.x());
      double[] dLogits = gradient.orZero(Kind.LOGITS, decision);
      Probabilities p = decision.requireProbabilities("the example");
      p.softmaxBackward(gradient.orZero(Kind.PROBABILITIES, decision), dLogits);
      double[] dWeights = gradient.weightsOrZero(decision);
      for (int n = 0; n < dWeights.length; n += k) {
        addWeights(n, dWeights, dLogits);
      }
      for (int t : decision.mask().validIndices(0, decision.tokens())) {
        for (int e = 0; e < experts(); e++) {
          addScore(t, e, dLogits[t * experts() + e], dx, into);
        }
      }
    }

    void requireLengths(RoutingGradient gradient) {
      gradient.requireFits(decision);
    }

    /** {@code ds_i = w_i·(dw_i − Σ dw·w)} for the k choices of a token, the first of which is n. */
    void addWeights(int n, double[] dWeights, double[] dLogits) {
      Assignments made = decision.assignments();
      double dot = 0;
      for (int c = n; c < n + k; c++) {
        dot += dWeights[c] * made.weight(c);
      }
      for (int c = n; c < n + k; c++) {
        dLogits[made.token(c) * experts() + made.expert(c)] += made.weight(c) * (dWeights[c] - dot);
      }
    }

    /** Adds what the gradient of one score is to the token and to the weight of the expert. */
    void addScore(int t, int e, double dScore, INDArray dx, Gradients into) {
      for (int d = 0; d < modelWidth(); d++) {
        addToToken(dx, t, d, dScore * weight.getDouble(e, d));
        addToWeight(into, e, d, dScore * input.x().getDouble(t, d));
      }
    }

    void addToToken(INDArray dx, int t, int d, double value) {
      dx.putScalar(t, d, dx.getDouble(t, d) + value);
    }

    void addToWeight(Gradients into, int e, int d, double value) {
      into.ifPresent("weight", dW -> dW.putScalar(e, d, dW.getDouble(e, d) + value));
    }
  }
}
