package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.capacity.CapacityDemand;
import java.util.Arrays;

/**
 * {@code apply_router_token_dropping} of Megatron-LM after its top-k: weights stay as they are, and
 * dropped ones become 0.
 */
final class MegatronTokenDropping implements ReferenceFamily {
  @Override
  public String name() {
    return "megatron_token_dropping";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    CaseTensor logits = reference.input("logits", -1, config.size("num_experts"));
    RuleCasePass routed = RuleCasePass.of(MegatronRouting.rule(reference), logits);
    Assignments all = routed.assignments();
    CapacityPass capacity = MegatronDropping.rule(reference, "final_map")
        .apply(routed.decision(), PassMode.evaluation());
    Assignments kept = capacity.kept();
    double[] upstream =
        Scattered.gather(reference.input("objective_weight", logits.shape()).values(), kept);
    comparison.output("routing_probs", Scattered.weights(all));
    comparison.output("routing_map", Scattered.map(all));
    comparison.output("final_probs", Scattered.weights(kept));
    comparison.output("final_map", Scattered.map(kept));
    if (config.isSet("capacity_factor")) {
      int largest = Arrays.stream(all.countPerExpert()).max().orElse(0);
      CapacityDemand demand =
          new CapacityDemand(all.tokens(), all.tokens(), all.size(), largest, all.experts(), false);
      comparison.output("capacity", MegatronDropping.formula(config).limit(demand));
    }
    comparison.output("objective", Scattered.dot(kept.weights(), upstream));
    comparison.gradient("logits", routed.gradient(capacity.backward(upstream)));
  }
}
