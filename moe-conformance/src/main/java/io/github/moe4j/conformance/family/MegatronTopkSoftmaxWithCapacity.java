package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.PassMode;
import java.util.Arrays;

/**
 * {@code topk_softmax_with_capacity} of an earlier Megatron-LM: routing and dropping in one, with
 * the load counted before dropping.
 */
final class MegatronTopkSoftmaxWithCapacity implements ReferenceFamily {
  @Override
  public String name() {
    return "megatron_topk_softmax_with_capacity";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseTensor logits = reference.input("logits", -1, reference.config().size("num_experts"));
    RuleCasePass routed = RuleCasePass.of(MegatronRouting.rule(reference), logits);
    CapacityPass capacity = MegatronDropping.rule(reference, "final_map")
        .apply(routed.decision(), PassMode.evaluation());
    Assignments kept = capacity.kept();
    double[] upstream =
        Scattered.gather(reference.input("objective_weight", logits.shape()).values(), kept);
    comparison.output("final_probs", Scattered.weights(kept));
    comparison.output("final_map", Scattered.map(kept));
    comparison.output(
        "tokens_per_expert",
        Arrays.stream(routed.assignments().countPerExpert()).asDoubleStream().toArray());
    comparison.output("objective", Scattered.dot(kept.weights(), upstream));
    comparison.gradient("logits", routed.gradient(capacity.backward(upstream)));
  }
}
