package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.routing.GatePass;
import io.github.moe4j.routing.LinearGate;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * {@code use_residual} of DeepSpeed's layer: {@code y = c_0·moe(x) + c_1·mlp(x)} with {@code c =
 * softmax(x·Wᵀ + b)} of each token.
 */
final class DeepSpeedResidual {
  private final LinearGate coefficients;
  private final DenseFeedForward mlp;
  private final GatePass scored;
  private final Probabilities c;
  private final FeedForwardPass run;
  private final INDArray weight;

  private DeepSpeedResidual(
      LinearGate coefficients, DenseFeedForward mlp, TokenBatch input, INDArray weight) {
    this.coefficients = coefficients;
    this.mlp = mlp;
    this.scored = coefficients.score(input);
    this.c = scored.logits().softmax(input.mask());
    this.run = mlp.forward(input);
    this.weight = weight;
  }

  /** The coefficients and the network of a case, run on its tokens [T,D]. */
  static DeepSpeedResidual of(ReferenceCase reference, TokenBatch input) {
    CaseTensor fc1 = reference.input("residual_fc1", -1, input.width());
    CaseTensor fc2 = reference.input("residual_fc2", input.width(), -1);
    FfnExperts network = FfnExperts.of(
        Activations.of(reference.config()),
        fc1.array(1, fc1.size(0), fc1.size(1)),
        reference.input("residual_fc1_bias").array(1, fc1.size(0)),
        fc2.array(1, fc2.size(0), fc2.size(1)),
        reference.input("residual_fc2_bias").array(1, fc2.size(0)));
    LinearGate coefficients = LinearGate.of(
        reference.input("coefficient_weight", 2, -1).array(),
        reference.input("coefficient_bias", 2).array());
    INDArray weight = reference.input("objective_weight").array(input.tokens(), input.width());
    return new DeepSpeedResidual(coefficients, DenseFeedForward.of(network), input, weight);
  }

  /** Weights of the outputs of moe(x) in the objective [T,D]. */
  INDArray upstream() {
    return weight.mulColumnVector(column(0));
  }

  /** What mlp(x) adds to the objective; the router has no part in it. */
  LossValue objective() {
    double sum = run.y().mul(weight.mulColumnVector(column(1))).sumNumber().doubleValue();
    return new LossValue(sum, List.of(RoutingGradient.none()));
  }

  /** The outputs y [T,D] from those of moe(x). */
  INDArray mixed(INDArray moe) {
    return moe.mulColumnVector(column(0)).add(run.y().mulColumnVector(column(1)));
  }

  /**
   * Compares the gradients of its parameters.
   *
   * @param moe outputs of moe(x) [T,D]. Not modified.
   * @param dx gradient of x [T,D]. Modified: the part that does not pass through moe is added.
   */
  void backward(INDArray moe, INDArray dx, Comparison comparison) {
    INDArray dFirst = moe.mul(weight).sum(1);
    INDArray dSecond = run.y().mul(weight).sum(1);
    double[] dC = new double[2 * c.tokens()];
    for (int t = 0; t < c.tokens(); t++) {
      dC[2 * t] = dFirst.getDouble(t);
      dC[2 * t + 1] = dSecond.getDouble(t);
    }
    double[] dScores = new double[dC.length];
    c.softmaxBackward(dC, dScores);
    Gradients ofGate = coefficients.parameters().zeroGradients();
    scored.backward(dScores, dx, ofGate);
    Gradients ofMlp = mlp.parameters().zeroGradients();
    run.backward(weight.mulColumnVector(column(1)), dx, ofMlp);
    comparison.gradient("coefficient_weight", ofGate.get("weight"));
    comparison.gradient("coefficient_bias", ofGate.get("bias"));
    comparison.gradient("residual_fc1", ofMlp.get("network.up.weight"));
    comparison.gradient("residual_fc1_bias", ofMlp.get("network.up.bias"));
    comparison.gradient("residual_fc2", ofMlp.get("network.down.weight"));
    comparison.gradient("residual_fc2_bias", ofMlp.get("network.down.bias"));
  }

  /** Coefficient i of every token [T,1]. */
  private INDArray column(int i) {
    double[] values = new double[c.tokens()];
    for (int t = 0; t < values.length; t++) {
      values[t] = c.get(t, i);
    }
    return Nd4j.createFromArray(values).reshape('c', values.length, 1);
  }
}
