package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.RoutingGradient;

/**
 * {@code topk_routing_with_score_function} of Megatron-LM, and {@code
 * compute_routing_scores_for_aux_loss}: the full distribution and a plain top-k of it, without bias
 * and groups.
 */
final class MegatronTopkRouting implements ReferenceFamily {
  @Override
  public String name() {
    return "megatron_topk_routing";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseTensor logits = reference.input("logits", -1, reference.config().size("num_experts"));
    RuleCasePass routed = RuleCasePass.of(MegatronRouting.rule(reference), logits);
    RuleCasePass counted = RuleCasePass.of(MegatronRouting.auxiliary(reference.config()), logits);
    double[] upstream = Scattered.gather(
        reference.input("objective_weight", logits.shape()).values(), routed.assignments());
    comparison.output("routing_probs", Scattered.weights(routed.assignments()));
    comparison.output("routing_map", Scattered.map(routed.assignments()));
    comparison.output("aux_routing_map", Scattered.map(counted.assignments()));
    comparison.output(
        "aux_scores", counted.decision().requireProbabilities("auxiliary loss").toArray());
    comparison.output("objective", Scattered.dot(routed.assignments().weights(), upstream));
    comparison.gradient("logits", routed.gradient(RoutingGradient.ofWeights(upstream)));
  }
}
