package io.github.moe4j.testkit;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A router whose choice is given and whose weights are learned: token t goes to the experts {@code
 * choice[t % choice.length]}, weighted by the softmax of {@code x·weightᵀ}. Plain loops; used in tests
 * that need no real router.
 *
 * <p>Parameters: {@code weight} [E,D].
 */
public final class FixedRouter implements Router {
  private final INDArray weight;
  private final int[][] choice;

  private FixedRouter(INDArray weight, int[][] choice) {
    this.weight = weight;
    this.choice = choice;
  }

  /**
   * A router over an existing array, which becomes the live parameter.
   *
   * @param weight [E,D]
   * @param choice experts of each token, in order of choice. Not modified.
   */
  public static FixedRouter of(INDArray weight, int[]... choice) {
    return new FixedRouter(weight, Arrays.stream(choice).map(int[]::clone).toArray(int[][]::new));
  }

  @Override
  public int experts() {
    return (int) weight.size(0);
  }

  @Override
  public int modelWidth() {
    return (int) weight.size(1);
  }

  @Override
  public NamedArrays parameters() {
    return NamedArrays.builder().add("weight", weight).build();
  }

  @Override
  public RouterPass route(TokenBatch input, Arena.Scope scope) {
    if (input.width() != modelWidth() || input.dataType() != weight.dataType()) {
      throw new IllegalArgumentException("x must be [*, %d] %s but was [%d, %d] %s"
          .formatted(
              modelWidth(), weight.dataType(), input.tokens(), input.width(), input.dataType()));
    }
    double[] x = Near.values(input.x());
    double[] w = Near.values(weight);
    Logits logits = Logits.of(scores(x, w), experts(), input.mask());
    Probabilities p = logits.softmax(input.mask());
    int[] tokens = java.util.stream.IntStream.range(0, input.tokens())
        .filter(input.mask()::valid)
        .flatMap(t -> Arrays.stream(chosen(t)).map(e -> t))
        .toArray();
    int[] experts = new int[tokens.length];
    double[] weights = new double[tokens.length];
    int place = 0;
    for (int n = 0; n < tokens.length; n++) {
      place = n > 0 && tokens[n] == tokens[n - 1] ? place + 1 : 0;
      experts[n] = chosen(tokens[n])[place];
      weights[n] = p.get(tokens[n], experts[n]);
    }
    Assignments assignments = Assignments.of(input.tokens(), experts(), tokens, experts, weights);
    RouterDecision decision = RouterDecision.of(input, assignments, logits, p);
    return new Run(decision, input, x, w);
  }

  private int[] chosen(int token) {
    return choice[token % choice.length];
  }

  private double[] scores(double[] x, double[] w) {
    int width = modelWidth();
    double[] scores = new double[x.length / width * experts()];
    for (int i = 0; i < scores.length; i++) {
      for (int d = 0; d < width; d++) {
        scores[i] += x[i / experts() * width + d] * w[i % experts() * width + d];
      }
    }
    return scores;
  }

  private final class Run implements RouterPass {
    private final RouterDecision decision;
    private final TokenBatch input;
    private final double[] x;
    private final double[] w;

    Run(RouterDecision decision, TokenBatch input, double[] x, double[] w) {
      this.decision = decision;
      this.input = input;
      this.x = x;
      this.w = w;
    }

    @Override
    public RouterDecision decision() {
      return decision;
    }

    @Override
    public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
      double[] dP = gradient.orZero(Kind.PROBABILITIES, decision);
      double[] dLogits = gradient.orZero(Kind.LOGITS, decision);
      double[] dWeights = gradient.weightsOrZero(decision);
      Require.target("dx", dx, input.x());
      Assignments assignments = decision.assignments();
      for (int n = 0; n < dWeights.length; n++) {
        dP[assignments.token(n) * experts() + assignments.expert(n)] += dWeights[n];
      }
      Probabilities p = decision.requireProbabilities("test");
      for (int t = 0; t < decision.tokens(); t++) {
        for (int e = 0; input.mask().valid(t) && e < experts(); e++) {
          double dLogit = dLogits[t * experts() + e];
          for (int j = 0; j < experts(); j++) {
            // softmax Jacobian: dp_j/dlogit_e = p_j·(δ_je − p_e)
            dLogit += dP[t * experts() + j] * p.get(t, j) * ((j == e ? 1 : 0) - p.get(t, e));
          }
          for (int d = 0; d < modelWidth(); d++) {
            dx.putScalar(t, d, dx.getDouble(t, d) + dLogit * w[e * modelWidth() + d]);
            addTo(into, e, d, dLogit * x[t * modelWidth() + d]);
          }
        }
      }
    }

    private static void addTo(Gradients into, int e, int d, double value) {
      into.ifPresent("weight", dW -> dW.putScalar(e, d, dW.getDouble(e, d) + value));
    }
  }
}
