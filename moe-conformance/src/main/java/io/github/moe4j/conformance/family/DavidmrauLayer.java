package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.ImportanceLoss;
import io.github.moe4j.balance.LoadLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.VarianceEstimator;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.RecordedDraws;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.routing.LearnedNoise;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.LoadThreshold;
import io.github.moe4j.routing.NoisyTopK;
import io.github.moe4j.routing.ScoreFunction;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.routing.TopKNormalization;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The layer of davidmrau/mixture-of-experts: noisy top-k, {@link DavidmrauExperts}, importance and
 * load loss with unbiased variance.
 *
 * <p>Outputs may be wider or narrower than inputs; the layer here is as wide as the wider of the
 * two, with zeros in the rest. Gate weights lie transposed, [D,E].
 */
final class DavidmrauLayer {
  static final ImportanceLoss IMPORTANCE =
      new ImportanceLoss(1, VarianceEstimator.UNBIASED, ImportanceLoss.Source.WEIGHTS);

  static final LoadLoss LOAD = new LoadLoss(1, VarianceEstimator.UNBIASED);

  private final ReferenceCase reference;
  private final int experts;
  private final int in;
  private final int out;
  private final int width;

  DavidmrauLayer(ReferenceCase reference) {
    CaseConfig config = reference.config();
    this.reference = reference;
    this.experts = config.size("num_experts");
    this.in = reference.input("x").size(-1);
    this.out = config.size("output_size");
    this.width = Math.max(in, out);
  }

  /**
   * Compares a revision with a case.
   *
   * @param norm how chosen probabilities become weights
   */
  static void run(
      ReferenceCase reference,
      Comparison comparison,
      TopKNormalization norm,
      LoadThreshold threshold) {
    new DavidmrauLayer(reference).compare(comparison, norm, threshold);
  }

  private void compare(Comparison comparison, TopKNormalization norm, LoadThreshold threshold) {
    CaseTensor weight = reference.input("objective_weight", -1, out);
    DavidmrauExperts experts = DavidmrauExperts.of(reference);
    MoeLayer layer = MoeLayer.of(router(norm, threshold), experts.networks());
    INDArray upstream = Widths.widened(weight.array(), width);
    try (ObjectivePass pass = ObjectivePass.forward(layer, input(), upstream)) {
      RouterDecision decision = pass.decision();
      LossValue importance = IMPORTANCE.evaluate(decision);
      LossValue load = LOAD.evaluate(decision);
      double coefficient = reference.config().number("loss_coef");
      pass.add(coefficient, importance);
      pass.add(coefficient, load);
      comparison.output("gates", Scattered.weights(decision.assignments()));
      comparison.output("load", loads(decision));
      comparison.output("importance_cv_squared", importance.value());
      comparison.output("load_cv_squared", load.value());
      comparison.output("y", Widths.narrowed(pass.output(), out));
      comparison.output("loss", coefficient * (importance.value() + load.value()));
      comparison.output("objective", pass.objective());
      MoeGradients gradients = pass.backward();
      comparison.gradient("x", Widths.narrowed(gradients.dx(), in));
      visit(gradients.parameters(), experts, comparison::gradient);
    }
  }

  /** Gives the arrays of the layer, or their gradients, by the names of the case. */
  void visit(Gradients ofLayer, DavidmrauExperts networks, BiConsumer<String, INDArray> visitor) {
    visitor.accept("w_gate", Widths.narrowed(ofLayer.get("router.weight"), in).transpose());
    visitor.accept(
        "w_noise", Widths.narrowed(ofLayer.get("router.noise.weight"), in).transpose());
    networks.visit(ofLayer, visitor);
  }

  /** Width of the layer. */
  int width() {
    return width;
  }

  private TokenBatch input() {
    CaseTensor x = reference.input("x", -1, in);
    double[] noise = reference
        .optionalInput("noise")
        .map(recorded -> recorded.requireShape(x.size(0), experts).values())
        .orElse(new double[0]);
    return input(x.array(), noise);
  }

  /** Tokens [T,D] with the noise of a pass [T,E], used if the case trains with noise. */
  TokenBatch input(INDArray x, double[] noise) {
    CaseConfig config = reference.config();
    TokenBatch input = TokenBatch.evaluation(Widths.widened(x, width)).differentiable();
    boolean noisy = config.flag("training") && config.flag("noisy_gating");
    return noisy ? input.withMode(PassMode.training(RecordedDraws.normal(noise))) : input;
  }

  /** The router of a case. */
  Router router(TopKNormalization norm, LoadThreshold threshold) {
    CaseConfig config = reference.config();
    int k = config.size("k");
    LinearGate gate = LinearGate.of(gateWeight("w_gate"));
    LearnedNoise noise =
        LearnedNoise.of(LinearGate.of(gateWeight("w_noise")), config.number("noise_epsilon", 1e-2));
    if (k > 1) {
      TopK topK = new TopK(k, ScoreFunction.SOFTMAX, norm, 1);
      return NoisyTopK.of(gate, noise, topK).withThreshold(threshold);
    }
    // The library refuses to train on weights that are 1 whatever the gate says.
    Router bare = NoisyTopK.of(gate, noise, TopK.unnormalized(1)).withThreshold(threshold);
    return new NormalizedOne(bare, norm.epsilon());
  }

  /** A gate's weight [E,W] from [D,E]. */
  private INDArray gateWeight(String name) {
    return Widths.widened(reference.input(name, in, experts).array().transpose().dup('c'), width);
  }

  /** The load of each expert [E]: a sum of chances, or of experts with a weight above 0. */
  double[] loads(RouterDecision decision) {
    Optional<TokenScores> chances = decision.scores(Kind.SELECTION);
    Assignments all = decision.assignments();
    double[] loads = new double[experts];
    for (int i = 0; chances.isPresent() && i < decision.tokens() * experts; i++) {
      loads[i % experts] += chances.get().get(i / experts, i % experts);
    }
    for (int n = 0; chances.isEmpty() && n < all.size(); n++) {
      loads[all.expert(n)] += all.weight(n) > 0 ? 1 : 0;
    }
    return loads;
  }
}
