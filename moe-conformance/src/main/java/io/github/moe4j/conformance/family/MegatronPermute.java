package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * {@code permute} and {@code unpermute} of Megatron-LM: a layer's dispatch and combine around rows
 * that are only scaled, once with the given weights and once with weights of 1.
 */
final class MegatronPermute implements ReferenceFamily {
  @Override
  public String name() {
    return "megatron_permute";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseTensor tokens = reference.input("tokens", -1, -1);
    TokenBatch input = TokenBatch.evaluation(tokens.array()).differentiable();
    CaseTensor map = reference.input("routing_map", -1, reference.config().size("num_experts"));
    Assignments weighted =
        Scattered.assignments(map, reference.input("probs", map.shape()).values());
    RecordedRouter router = new RecordedRouter(weighted, input.width());
    double[] ones = new double[map.length()];
    Arrays.fill(ones, 1);
    RecordedRouter plain = new RecordedRouter(Scattered.assignments(map, ones), input.width());
    double[] scale = reference.input("row_scale", weighted.size()).values();
    ScaledRows experts = new ScaledRows(weighted.experts(), input.width(), scale);
    try (MoePass pass = MoeLayer.of(plain, experts).forward(input)) {
      comparison.output("unpermuted", pass.y());
    }
    try (ObjectivePass pass =
        ObjectivePass.forward(MoeLayer.of(router, experts), input, reference)) {
      DispatchPlan plan = pass.pass().plan();
      comparison.output("permuted_tokens", experts.seen());
      comparison.output(
          "permuted_probs",
          IntStream.range(0, plan.rows()).mapToDouble(plan::weight).toArray());
      comparison.output(
          "sorted_indices",
          IntStream.range(0, plan.rows()).mapToDouble(plan::token).toArray());
      comparison.output("unpermuted_weighted", pass.output());
      comparison.output("objective", pass.objective());
      comparison.gradient("tokens", pass.backward().dx());
      comparison.gradient("probs", Scattered.scatter(router.weightGradient(), weighted));
    }
  }
}
