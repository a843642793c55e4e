package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.RecordedDraws;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class NllbMoeLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_nllb_moe";
  }

  /** Two experts per token, and no draws in evaluation, where the recorded code has them. */
  @Override
  boolean follows(CaseConfig config) {
    return config.integer("num_experts") > 1
        && (config.flag("training") || config.text("second_expert_policy").equals("all"));
  }

  @Override
  TokenBatch input(ReferenceCase reference) {
    CaseConfig config = reference.config();
    TokenBatch input =
        TokenBatch.evaluation(reference.input("hidden_states").rows()).differentiable();
    CaseTensor padding = reference.optionalInput("padding_mask").orElse(null);
    if (padding != null) {
      boolean[] valid = new boolean[padding.length()];
      for (int t = 0; t < valid.length; t++) {
        valid[t] = !padding.flags()[t];
      }
      input = input.withMask(TokenMask.of(valid));
    }
    if (!config.flag("training")) {
      return input;
    }
    return switch (config.text("second_expert_policy")) {
      case "random" ->
        input.withMode(PassMode.training(
            RecordedDraws.uniform(reference.input("uniform_noise").values())));
      case "sampling" ->
        input.withMode(PassMode.training(
            RecordedDraws.gumbel(reference.input("gumbel_noise").values())));
      default -> input.withMode(PassMode.training());
    };
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    Map<String, Object> fields = new HashMap<>(fields(
        "model_type", "nllb-moe",
        "encoder_layers", 4,
        "decoder_layers", 4,
        "encoder_sparse_step", 4,
        "decoder_sparse_step", 2,
        "d_model", config.integer("d"),
        "encoder_ffn_dim", config.integer("f"),
        "decoder_ffn_dim", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "second_expert_policy", config.text("second_expert_policy"),
        "normalize_router_prob_before_dropping",
            config.flag("normalize_router_prob_before_dropping"),
        "batch_prioritized_routing", config.flag("batch_prioritized_routing"),
        "moe_eval_capacity_token_fraction", config.number("moe_eval_capacity_token_fraction"),
        "moe_token_dropout", 0,
        "router_bias", config.flag("router_bias"),
        "activation_function", "relu"));
    fields.put(
        "expert_capacity",
        config.isSet("expert_capacity") ? config.integer("expert_capacity") : null);
    return fields;
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.encoder(3),
        List.of(
            tensors -> write("model.encoder.layers.3.ffn.", tensors),
            tensors -> write("encoder.layers.3.ffn.", tensors)),
        MoeBlock.decoder(1),
        List.of(tensors -> write("model.decoder.layers.1.ffn.", tensors)));
  }

  private static void write(String ffn, CaseTensors tensors) {
    tensors
        .whole("router_weight", ffn + "router.classifier.weight")
        .optional("router_bias", ffn + "router.classifier.bias")
        .perExpert("experts_fc1", ffn + "experts.expert_{}.fc1.weight")
        .perExpert("experts_fc1_bias", ffn + "experts.expert_{}.fc1.bias")
        .perExpert("experts_fc2", ffn + "experts.expert_{}.fc2.weight")
        .perExpert("experts_fc2_bias", ffn + "experts.expert_{}.fc2.bias");
  }
}
