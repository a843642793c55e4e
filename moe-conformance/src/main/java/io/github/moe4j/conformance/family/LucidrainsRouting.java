package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.RecordedDraws;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.routing.GShard;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.GumbelNoise;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.Temperature;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * {@code TopNGating} of st-moe-pytorch by its options. It draws in evaluation as well, so the rule
 * always runs as in training.
 */
final class LucidrainsRouting {
  /** What the code divides by where the threshold is smaller. */
  private static final double LEAST_THRESHOLD = 1e-9;

  private LucidrainsRouting() {}

  /** Room of each sequence. */
  static CapacityRule capacity(CaseConfig config) {
    CapacityFormula formula = CapacityFormula.mesh(
        config.number("capacity_factor"), config.integer("min_expert_capacity"));
    return new LimitedCapacity(formula, true, LucidrainsRouting::choiceMajor);
  }

  /**
   * All first choices, then all second ones …: a third choice stays one where its token's second was
   * not kept, so that its rank among the probabilities counts, not its place among the assignments.
   */
  static int[] choiceMajor(RouterDecision decision, PassMode mode) {
    Assignments all = decision.assignments();
    Probabilities p = decision.requireProbabilities("router");
    int[] rank = new int[all.size()];
    for (int n = 0; n < rank.length; n++) {
      for (int e = 0; e < all.experts(); e++) {
        double lead = p.get(all.token(n), e) - p.get(all.token(n), all.expert(n));
        rank[n] += lead > 0 || (lead == 0 && e < all.expert(n)) ? 1 : 0;
      }
    }
    return IntStream.range(0, rank.length)
        .boxed()
        .sorted(Comparator.<Integer>comparingInt(n -> rank[n]).thenComparingInt(all::token))
        .mapToInt(n -> n)
        .toArray();
  }

  /** The gate, its noise if any, and the rule. */
  static GatedRouter router(ReferenceCase reference) {
    CaseConfig config = reference.config();
    int k = config.size("top_n");
    double threshold = Math.max(config.number("threshold"), LEAST_THRESHOLD);
    RoutingRule rule = new GShard(
        k, GShard.Second.RANDOM, threshold, true, GShard.Second.ALL, GShard.Weights.NORMALIZED);
    return GatedRouter.of(
        LinearGate.of(
            reference.input("gate_weight", config.size("num_experts"), -1).array()),
        config.flag("noise_gates") ? new GumbelNoise(rule, Temperature.constant(1)) : rule);
  }

  /** Tokens with the draws of a case: noise on the scores, then numbers for all but first choices. */
  static TokenBatch input(ReferenceCase reference) {
    CaseTensor x = reference.input("x", -1, -1, -1);
    int tokens = x.rowCount();
    double[] all = reference
        .input("routing_uniform", reference.config().size("top_n"), x.size(0), x.size(1))
        .values();
    RecordedDraws draws = RecordedDraws.uniform(Arrays.copyOfRange(all, tokens, all.length));
    if (reference.config().flag("noise_gates")) {
      draws = RecordedDraws.uniform(reference.input("gumbel_uniform").values()).then(draws);
    }
    return TokenBatch.training(x.rows(), draws).withSequenceLength(x.size(1));
  }
}
