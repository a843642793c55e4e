package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.ImportanceLoss;
import io.github.moe4j.balance.LoadLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.VarianceEstimator;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.SelectionProbabilities;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.NormalDistribution;

/**
 * {@code load_importance_loss} of Tutel: the mean of importance and load loss, both with unbiased
 * variance. Importance is a sum of probabilities p; the load is one of {@code Φ((p − threshold)/σ)}
 * with σ the gate noise over E and the last of the token's given top scores as threshold.
 */
final class TutelLoadImportanceLoss implements ReferenceFamily {
  private static final ImportanceLoss IMPORTANCE =
      ImportanceLoss.ofProbabilities(0.5, VarianceEstimator.UNBIASED);

  private static final LoadLoss LOAD = new LoadLoss(0.5, VarianceEstimator.UNBIASED);

  @Override
  public String name() {
    return "tutel_load_importance_loss";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    int experts = reference.config().size("num_experts");
    CaseTensor logits = reference.input("scores_without_noise", -1, experts);
    CaseTensor thresholds = reference.input("topk_logits", logits.size(0), -1);
    double sigma = reference.config().number("gate_noise") / experts;
    GivenLogits scores = GivenLogits.of(logits);
    Probabilities p = scores.probabilitiesOfAll();
    double[] z = p.toArray();
    double[] chance = new double[z.length];
    int k = thresholds.size(1);
    for (int i = 0; i < z.length; i++) {
      z[i] = (z[i] - thresholds.get(i / experts * k + k - 1)) / sigma;
      chance[i] = NormalDistribution.cdf(z[i]);
    }
    RouterDecision undecided = scores.undecided();
    RouterDecision decision =
        undecided.with(SelectionProbabilities.of(chance, experts, undecided.mask()));
    LossValue importance = IMPORTANCE.evaluate(decision);
    LossValue load = LOAD.evaluate(decision);
    double[] dP = importance.gradient().orZero(Kind.PROBABILITIES, decision);
    double[] dChance = load.gradient().orZero(Kind.SELECTION, decision);
    double[] dThresholds = new double[thresholds.length()];
    for (int i = 0; i < z.length; i++) {
      double dDistance = dChance[i] * NormalDistribution.density(z[i]) / sigma;
      dP[i] += dDistance;
      dThresholds[i / experts * k + k - 1] -= dDistance;
    }
    double[] dLogits = new double[dP.length];
    p.softmaxBackward(dP, dLogits);
    comparison.output("scores", p.toArray());
    comparison.output("loss", importance.value() + load.value());
    comparison.output("objective", importance.value() + load.value());
    comparison.gradient("scores_without_noise", dLogits);
    comparison.gradient("topk_logits", dThresholds);
  }
}
