package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import java.util.List;
import java.util.Map;

class PhiMoeLayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_phimoe_block";
  }

  /** Training draws other numbers. */
  @Override
  boolean follows(CaseConfig config) {
    return !config.flag("training");
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "phimoe",
        "num_hidden_layers", 2,
        "hidden_size", config.integer("d"),
        "intermediate_size", config.integer("f"),
        "num_local_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "router_jitter_noise", config.number("router_jitter_noise"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(
        MoeBlock.decoder(1), List.of(tensors -> published(tensors), tensors -> newer(tensors)));
  }

  private static void published(CaseTensors tensors) {
    String moe = "model.layers.1.block_sparse_moe.";
    MlpForm.mixtral(moe + "experts", tensors.whole("router_weight", moe + "gate.weight"));
  }

  private static void newer(CaseTensors tensors) {
    String mlp = "model.layers.1.mlp.";
    MlpForm.stacked(mlp + "experts", tensors.whole("router_weight", mlp + "router.weight"));
  }
}
