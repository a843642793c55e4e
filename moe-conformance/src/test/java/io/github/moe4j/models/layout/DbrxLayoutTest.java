package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class DbrxLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_dbrx_ffn";
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    Map<String, Object> ffn = fields(
        "ffn_hidden_size", config.integer("f"),
        "moe_num_experts", config.integer("num_experts"),
        "moe_top_k", config.integer("top_k"),
        "ffn_act_fn", Map.of("name", config.text("activation")));
    ffn.put(
        "moe_normalize_expert_weights",
        config.isSet("moe_normalize_expert_weights")
            ? config.number("moe_normalize_expert_weights")
            : null);
    return fields(
        "model_type", "dbrx", "n_layers", 2, "d_model", config.integer("d"), "ffn_config", ffn);
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(MoeBlock.decoder(1), List.of(tensors -> write(tensors)));
  }

  private static void write(CaseTensors tensors) {
    String ffn = "transformer.blocks.1.ffn.";
    tensors
        .whole("router_weight", ffn + "router.layer.weight")
        .whole("w1", ffn + "experts.mlp.w1")
        .whole("v1", ffn + "experts.mlp.v1")
        .whole("w2", ffn + "experts.mlp.w2");
  }
}
