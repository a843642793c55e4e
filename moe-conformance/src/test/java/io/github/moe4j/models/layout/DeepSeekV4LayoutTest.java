package io.github.moe4j.models.layout;

import io.github.moe4j.conformance.CaseConfig;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.TokenBatch;
import java.util.List;
import java.util.Map;

class DeepSeekV4LayoutTest extends LayoutContract {
  @Override
  String family() {
    return "hf_deepseek_v4_moe";
  }

  @Override
  TokenBatch input(ReferenceCase reference) {
    TokenBatch input = super.input(reference);
    return reference.config().flag("hash")
        ? input.withTokenIds(reference.input("input_ids").ints())
        : input;
  }

  @Override
  Map<String, Object> config(ReferenceCase reference) {
    CaseConfig config = reference.config();
    return fields(
        "model_type", "deepseek_v4",
        "num_hidden_layers", 2,
        "num_hash_layers", config.flag("hash") ? 2 : 1,
        "vocab_size", config.integer("vocab_size", 11),
        "hidden_size", config.integer("d"),
        "moe_intermediate_size", config.integer("f"),
        "n_routed_experts", config.integer("num_experts"),
        "num_experts_per_tok", config.integer("top_k"),
        "scoring_func", config.text("scoring_func"),
        "routed_scaling_factor", config.number("routed_scaling_factor"),
        "swiglu_limit", config.number("swiglu_limit"),
        "hidden_act", config.text("activation"));
  }

  @Override
  Map<MoeBlock, List<Form>> forms() {
    return Map.of(MoeBlock.decoder(1), List.of(this::published, this::newer));
  }

  private void published(CaseTensors tensors) {
    String ffn = "layers.1.ffn.";
    choice(ffn + "gate.", "bias", tensors)
        .whole("shared_gate_proj", ffn + "shared_experts.w1.weight")
        .whole("shared_up_proj", ffn + "shared_experts.w3.weight")
        .whole("shared_down_proj", ffn + "shared_experts.w2.weight");
    MlpForm.mixtral(ffn + "experts", tensors);
  }

  private void newer(CaseTensors tensors) {
    String mlp = "model.layers.1.mlp.";
    MlpForm.shared(
        mlp + "shared_experts", choice(mlp + "gate.", "e_score_correction_bias", tensors));
    MlpForm.stacked(mlp + "experts", tensors);
  }

  private static CaseTensors choice(String gate, String bias, CaseTensors tensors) {
    tensors.whole("router_weight", gate + "weight");
    return tensors.reference().config().flag("hash")
        ? tensors.ids("tid2eid", gate + "tid2eid")
        : tensors.whole("e_score_correction_bias", gate + bias);
  }
}
