package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.RecordedDraws;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.SparseMixer;
import java.util.stream.IntStream;

/**
 * {@code sparsemixer} of Hugging Face's PhiMoE, first and second choice in that order. Training
 * replays the recorded draws.
 */
final class HfPhimoeSparsemixer implements ReferenceFamily {
  private static final int CHOICES = 2;

  @Override
  public String name() {
    return "hf_phimoe_sparsemixer";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    if (config.integer("top_k", CHOICES) != CHOICES) {
      throw new UnsupportedCaseException("config top_k is not 2");
    }
    CaseTensor scores = reference.input("scores", -1, config.size("num_experts"));
    TokenMask all = TokenMask.none(scores.rowCount());
    TokenBatch evaluation = RuleCasePass.inputOf(all);
    TokenBatch input = config.flag("training")
        ? evaluation.withMode(PassMode.training(draws(reference)))
        : evaluation;
    RuleCasePass pass = RuleCasePass.of(
        new SparseMixer(config.number("router_jitter_noise")),
        Logits.of(scores.values(), scores.size(-1), all),
        input);
    Assignments chosen = pass.assignments();
    double[] upstream =
        reference.input("objective_weight", scores.rowCount(), CHOICES).values();
    comparison.output("multiplier", chosen.weights());
    comparison.output(
        "selected_experts",
        IntStream.range(0, chosen.size()).mapToDouble(chosen::expert).toArray());
    comparison.output("objective", Scattered.dot(chosen.weights(), upstream));
    comparison.gradient("scores", pass.gradient(RoutingGradient.ofWeights(upstream)));
  }

  /** The recorded draws of both choices, in the order in which they are drawn. */
  static RecordedDraws draws(ReferenceCase reference) {
    return RecordedDraws.exponential(reference.input("exponential_1").values())
        .then(RecordedDraws.uniform(reference.input("uniform_1").values()))
        .then(RecordedDraws.exponential(reference.input("exponential_2").values()))
        .then(RecordedDraws.uniform(reference.input("uniform_2").values()));
  }
}
