package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.conformance.UnsupportedCaseException;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import java.util.List;

/**
 * {@code TopKRouter.routing} of Megatron-LM: routing, dropping, and balance losses of a top-k of its
 * own, see {@link MegatronTopkRouting}.
 *
 * <p>Tokens lie [S,B], place by place. Padding is routed like any token and takes room in experts;
 * only the losses and the counts for the bias leave it out. So there are two passes here: one of
 * all tokens that routes, and one with the mask that is counted.
 */
final class MegatronTopkRouter implements ReferenceFamily {
  @Override
  public String name() {
    return "megatron_topk_router";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    CaseTensor logits = reference.input("logits", -1, -1, config.size("num_experts"));
    TokenMask mask = mask(reference, logits.rowCount());
    RuleCasePass routed = RuleCasePass.of(MegatronRouting.rule(reference), logits);
    RuleCasePass counted = RuleCasePass.of(MegatronRouting.auxiliary(config), logits, mask);
    CapacityPass capacity = MegatronDropping.rule(reference, "routing_map")
        .apply(routed.decision(), PassMode.evaluation());
    Assignments kept = capacity.kept();
    double[] upstream = Scattered.gather(
        reference.input("objective_weight", logits.rowCount(), logits.size(-1)).values(), kept);
    double objective = Scattered.dot(kept.weights(), upstream);
    LossValue losses = losses(config, counted.decision(), logits.size(1), comparison);
    comparison.output("probs", Scattered.weights(kept));
    comparison.output("routing_map", Scattered.map(kept));
    comparison.output("local_tokens_per_expert", realPerExpert(kept, mask));
    comparison.output("objective", objective);
    comparison.output("objective_with_losses", objective + losses.value());
    double[] dLogits = routed.gradient(capacity.backward(upstream));
    double[] ofLosses = counted.gradient(losses.gradient());
    for (int i = 0; i < dLogits.length; i++) {
      dLogits[i] += ofLosses[i];
    }
    comparison.gradient("logits", dLogits);
  }

  /** The sum of all losses, each times its coefficient. */
  private static LossValue losses(
      CaseConfig config, RouterDecision decision, int sequences, Comparison comparison) {
    List<String> types = config.texts("load_balancing_types");
    double[] coefficients = config.numbers("aux_loss_coeffs");
    if (types.size() != coefficients.length) {
      throw new DamagedCaseException(
          "config load_balancing_types and aux_loss_coeffs must be as many: "
              + types.size()
              + " != "
              + coefficients.length);
    }
    double z = config.number("z_loss_coeff", 0);
    LossValue zLoss = ZLoss.of(1).evaluate(decision);
    comparison.output("unscaled_z_loss", zLoss.value());
    double sum = z * zLoss.value();
    RoutingGradient gradient = zLoss.gradient().times(z);
    for (int i = 0; i < coefficients.length; i++) {
      LossValue loss = balance(types.get(i), decision, sequences, comparison);
      sum += coefficients[i] * loss.value();
      gradient = gradient.plus(loss.gradient().times(coefficients[i]));
    }
    return new LossValue(sum, List.of(gradient));
  }

  /** One of the balance losses, with coefficient 1. */
  static LossValue balance(
      String type, RouterDecision decision, int sequences, Comparison comparison) {
    LossValue loss = switch (type) {
      // The global batch is this one: one worker, one micro-batch.
      case "aux_loss", "global_aux_loss" -> SwitchLoss.of(1).evaluate(decision);
      case "seq_aux_loss" -> MegatronSequenceLoss.evaluate(decision, sequences);
      case "none" -> new LossValue(0, List.of(RoutingGradient.none()));
      default -> throw new UnsupportedCaseException("config load_balancing_types has " + type);
    };
    String output = type.replace("aux_loss", "load_balancing_loss");
    comparison.output("unscaled_" + output, loss.value());
    return loss;
  }

  private static TokenMask mask(ReferenceCase reference, int tokens) {
    CaseTensor padding = reference.optionalInput("padding_mask").orElse(null);
    if (padding == null) {
      if (reference.config().flag("padding_mask", false)) {
        throw new DamagedCaseException("config sets padding_mask but the inputs have none");
      }
      return TokenMask.none(tokens);
    }
    boolean[] valid = padding.flags();
    for (int t = 0; t < valid.length; t++) {
      valid[t] = !valid[t];
    }
    return TokenMask.of(valid);
  }

  private static double[] realPerExpert(Assignments kept, TokenMask mask) {
    double[] counts = new double[kept.experts()];
    for (int n = 0; n < kept.size(); n++) {
      counts[kept.expert(n)] += mask.valid(kept.token(n)) ? 1 : 0;
    }
    return counts;
  }
}
