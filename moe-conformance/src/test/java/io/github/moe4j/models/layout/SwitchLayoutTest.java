package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.TokenBatch;
import java.util.List;
import java.util.Map;

class SwitchLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_switch_block";
  }

  /** Noise was drawn by a generator that is not there. */
  @Override
  boolean follows(CaseConfig config) {
    return config.number("jitter", 0) == 0;
  }

  @Override
  TokenBatch input(ReferenceCase reference) {
    CaseTensor hidden = reference.input("hidden_states", -1, -1, -1);
    return TokenBatch.evaluation(hidden.rows()).differentiable().withSequenceLength(hidden.size(1));
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "switch_transformers",
        "num_layers", 6,
        "num_decoder_layers", 4,
        "num_sparse_encoder_layers", 3,
        "decoder_sparse_step", 2,
        "d_model", config.integer("d"),
        "d_ff", config.integer("f"),
        "num_experts", config.integer("num_experts"),
        "expert_capacity", config.integer("expert_capacity"),
        "router_bias", config.flag("router_bias"),
        "router_jitter_noise", config.number("jitter", 0),
        "dense_act_fn", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.encoder(5), List.of(tensors -> write("encoder.block.5.layer.1.mlp.", tensors)),
        MoeBlock.decoder(3), List.of(tensors -> write("decoder.block.3.layer.2.mlp.", tensors)));
  }

  private static void write(String mlp, CaseTensors tensors) {
    tensors
        .whole("router_weight", mlp + "router.classifier.weight")
        .optional("router_bias", mlp + "router.classifier.bias")
        .perExpert("experts_wi", mlp + "experts.expert_{}.wi.weight")
        .perExpert("experts_wo", mlp + "experts.expert_{}.wo.weight");
  }
}
