package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;
import java.util.Set;

/**
 * Llama 4: sigmoid weights that multiply the experts' inputs, and a shared expert of the same
 * width ({@code Llama4TextMoe} in Hugging Face). Of a multimodal model, the text part.
 */
final class Llama4Layout implements Layout {
  private static final BlockNames NAMES = BlockNames.projections("feed_forward", "router.weight");
  private static final List<String> TEXT =
      List.of("model.", "language_model.model.", "model.language_model.", "");

  @Override
  public String name() {
    return "llama4";
  }

  @Override
  public Set<String> modelTypes() {
    return Set.of("llama4", "llama4_text");
  }

  @Override
  public String architecture() {
    return "Llama4";
  }

  /** A null list of layers is none: they follow from the step. */
  private static ModelConfig text(ModelConfig config) {
    return config.text().nullAsAbsent("moe_layers");
  }

  @Override
  public void check(ModelConfig config) {
    rule(text(config));
  }

  private static TopK rule(ModelConfig text) {
    return TopK.sigmoid(sizes(text).choices(text, "num_experts_per_tok", 1));
  }

  private static BlockSizes sizes(ModelConfig text) {
    return BlockSizes.of(text, "num_local_experts", "num_experts", "intermediate_size");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    ModelConfig text = text(config);
    int step = text.size("interleave_moe_layer_step", 1);
    List<Integer> listed = text.integers("moe_layers");
    boolean isListed = text.isSet("moe_layers");
    return Blocks.decoder(
        text.size("num_hidden_layers"),
        layer -> isListed ? listed.contains(layer) : (layer + 1) % step == 0);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    BlockSizes sizes = sizes(text(config));
    return MlpForms.stacked(
        config.isSet("text_config") ? Roots.OLDER_LANGUAGE : TEXT,
        block,
        NAMES,
        Side.RIGHT,
        sizes,
        module -> GluParts.shared(module + ".shared_expert", sizes.width(), sizes.hidden()));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    ModelConfig text = text(config);
    Activation activation = text.activation("hidden_act", "silu");
    return MoeLayer.builder(GatedRouter.of(arrays.gate(), rule(text)), arrays.glu(activation))
        .weightAt(WeightAt.INPUT)
        .sharedExpert(arrays.shared(activation));
  }
}
