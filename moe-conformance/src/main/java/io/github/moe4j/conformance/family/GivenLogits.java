package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.RoutingRule;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Router scores that a case gives as an input, so that no gate computes them. */
final class GivenLogits {
  private final Logits logits;
  private final TokenBatch input;

  private GivenLogits(Logits logits, TokenBatch input) {
    this.logits = logits;
    this.input = input;
  }

  /** Scores without padding, all tokens one sequence; all axes but the last are tokens. */
  static GivenLogits of(CaseTensor logits) {
    return of(logits, TokenMask.none(logits.rowCount()));
  }

  /** Scores with padding, all tokens one sequence; all axes but the last are tokens. */
  static GivenLogits of(CaseTensor logits, TokenMask mask) {
    Logits scores = Logits.of(logits.values(), logits.size(-1), mask);
    // Rules read the mask, the sequences and the mode of an input, but never its activations.
    TokenBatch input = TokenBatch.evaluation(Nd4j.create(DataType.DOUBLE, mask.tokens(), 1))
        .differentiable()
        .withMask(mask);
    return new GivenLogits(scores, input);
  }

  /** The same scores seen as sequences of a length, one after another. */
  GivenLogits withSequenceLength(int length) {
    return new GivenLogits(logits, input.withSequenceLength(length));
  }

  /** The input that a rule sees beside the scores, in evaluation mode. */
  TokenBatch input() {
    return input;
  }

  /** The softmax of all tokens, padding included. */
  Probabilities probabilitiesOfAll() {
    return logits.softmax(TokenMask.none(input.tokens()));
  }

  /** What a rule decides from these scores. */
  RouterDecision decide(RoutingRule rule) {
    return decision(rule.apply(logits, input).assignments());
  }

  /**
   * The decision for experts that a case gives.
   *
   * @param expertsOfToken experts of each token, each once [T][]. Not modified.
   */
  RouterDecision decide(int[][] expertsOfToken) {
    int size = Arrays.stream(expertsOfToken).mapToInt(experts -> experts.length).sum();
    int[] token = new int[size];
    int[] expert = new int[size];
    double[] weight = new double[size];
    int n = 0;
    for (int t = 0; t < expertsOfToken.length; t++) {
      for (int e : expertsOfToken[t]) {
        token[n] = t;
        expert[n] = e;
        weight[n++] = 1;
      }
    }
    return decision(Assignments.of(input.tokens(), logits.experts(), token, expert, weight));
  }

  /** A decision that nothing was chosen in, for losses that are given counts. */
  RouterDecision undecided() {
    return decide(new int[input.tokens()][0]);
  }

  private RouterDecision decision(Assignments assignments) {
    return RouterDecision.of(input, assignments, logits, logits.softmax(input.mask()));
  }

  /** The gradient of the scores [T·E] that a gradient of scores and probabilities amounts to. */
  double[] gradient(RoutingGradient gradient) {
    double[] result =
        gradient.logits().orElseGet(() -> new double[logits.tokens() * logits.experts()]);
    gradient
        .probabilities()
        .ifPresent(dP -> logits.softmax(input.mask()).softmaxBackward(dP, result));
    return result;
  }
}
