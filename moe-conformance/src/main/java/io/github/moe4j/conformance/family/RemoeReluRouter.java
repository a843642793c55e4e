package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.ReMoEL1;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.routing.ReMoE;

/**
 * {@code ReLURouter.routing} of ReMoE with its L1 loss; {@code sparsity} is the share of expert and
 * token pairs without assignment.
 */
final class RemoeReluRouter implements ReferenceFamily {
  @Override
  public String name() {
    return "remoe_relu_router";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    CaseTensor logits = reference.input("logits", -1, config.size("num_experts"));
    RuleCasePass pass = RuleCasePass.of(new ReMoE(), logits);
    Assignments chosen = pass.assignments();
    double coefficient = config.number("l1_reg_coeff", 0);
    LossValue loss = ReMoEL1.of(1, config.size("topk")).evaluate(pass.decision());
    double[] upstream =
        Scattered.gather(reference.input("objective_weight", logits.shape()).values(), chosen);
    double objective = Scattered.dot(chosen.weights(), upstream);
    RoutingGradient gradient =
        RoutingGradient.ofWeights(upstream).plus(loss.gradient().times(coefficient));
    comparison.output("probs", Scattered.weights(chosen));
    comparison.output("routing_map", Scattered.map(chosen));
    comparison.output("unscaled_l1_reg_loss", loss.value());
    comparison.output("sparsity", 1 - (double) chosen.size() / logits.length());
    comparison.output("objective", objective);
    comparison.output("objective_with_losses", objective + coefficient * loss.value());
    comparison.gradient("logits", pass.gradient(gradient));
  }
}
