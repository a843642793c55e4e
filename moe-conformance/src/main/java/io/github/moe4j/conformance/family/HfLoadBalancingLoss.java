package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.TopK;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code load_balancing_loss_func} of Hugging Face's Mixtral: {@code E·Σ f·P} over the tokens of all
 * layers together, f choices per token, so that a balanced top-k gives k. Tokens whose {@code
 * attention_mask} is 0 count for nothing.
 */
final class HfLoadBalancingLoss implements ReferenceFamily {
  private static final SwitchLoss LOSS =
      new SwitchLoss(1, SwitchLoss.Counting.PER_TOKEN, LossScope.ALL_LAYERS);

  private static final String LOGITS = "gate_logits_";

  @Override
  public String name() {
    return "hf_load_balancing_loss";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    CaseConfig config = reference.config();
    TopK topK = TopK.unnormalized(config.size("top_k"));
    List<GivenLogits> layers = new ArrayList<>();
    List<RouterDecision> decisions = new ArrayList<>();
    for (int l = 0; l < config.size("num_layers"); l++) {
      CaseTensor logits = reference.input(LOGITS + l, -1, config.size("num_experts"));
      GivenLogits layer = GivenLogits.of(logits, mask(reference, logits.rowCount()));
      layers.add(layer);
      decisions.add(layer.decide(topK));
    }
    LossValue loss = LOSS.evaluate(decisions);
    comparison.output("loss", loss.value());
    comparison.output("objective", loss.value());
    for (int l = 0; l < layers.size(); l++) {
      comparison.gradient(LOGITS + l, layers.get(l).gradient(loss.gradients().get(l)));
    }
    for (RouterDecision layer : decisions) {
      Ties.skipIfOpen(comparison, layer.requireProbabilities("router"), layer.mask(), topK.k());
    }
  }

  private static TokenMask mask(ReferenceCase reference, int tokens) {
    CaseTensor attention = reference.optionalInput("attention_mask").orElse(null);
    if (attention == null) {
      if (reference.config().isSet("attention_mask")) {
        throw new DamagedCaseException("config sets attention_mask but the inputs have none");
      }
      return TokenMask.none(tokens);
    }
    return TokenMask.of(attention.flags());
  }
}
