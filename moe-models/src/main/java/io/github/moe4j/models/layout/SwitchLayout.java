package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.core.capacity.DropOrder;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.models.layout.MoeBlock.Stack;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.Switch;
import java.util.List;
import java.util.stream.Stream;

/**
 * Switch Transformers: one expert per token, {@code expert_capacity} tokens of each sequence in each
 * expert, plain experts ({@code SwitchTransformersSparseMLP} in Hugging Face before 2026, which
 * drops overflow).
 *
 * <p>Noise and dropout apply in training. The noise is applied for the router only, as in the paper.
 */
final class SwitchLayout implements Layout {
  @Override
  public String name() {
    return "switch_transformers";
  }

  @Override
  public String architecture() {
    return "SwitchTransformers";
  }

  @Override
  public void check(ModelConfig config) {
    config.requireOff("is_gated_act");
    if (config.text("feed_forward_proj", "").startsWith("gated")) {
      throw config.unsupported("feed_forward_proj", "relu, silu, gelu, gelu_new");
    }
    room(config);
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    int encoder = config.size("num_layers");
    int decoder = config.size("num_decoder_layers", encoder);
    return Stream.concat(
            blocks(config, Stack.ENCODER, encoder).stream(),
            blocks(config, Stack.DECODER, decoder).stream())
        .toList();
  }

  private static List<MoeBlock> blocks(ModelConfig config, Stack stack, int layers) {
    int step = step(config, stack, layers);
    return Blocks.of(stack, layers, layer -> step == 1 || (step > 0 && layer % step == 1));
  }

  /** Given, or made of how many layers are to be sparse. */
  private static int step(ModelConfig config, Stack stack, int layers) {
    String given = stack.lower() + "_sparse_step";
    if (config.isSet(given)) {
      return config.count(given, 0);
    }
    int sparse = config.count("num_sparse_" + stack.lower() + "_layers", 3);
    return sparse == 0 ? 0 : layers / sparse;
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    int experts = config.size("num_experts");
    int width = config.size("d_model");
    int hidden = config.size("d_ff");
    // The decoder has attention to the encoder before the block.
    String mlp = block.stack().lower()
        + ".block."
        + block.layer()
        + (block.stack() == Stack.ENCODER ? ".layer.1.mlp" : ".layer.2.mlp");
    String expert = mlp + ".experts.expert_{}";
    List<LayoutPart> parts = List.of(
        WholeTensor.of(mlp + ".router.classifier.weight", "router.weight", experts, width),
        TensorPerExpert.of(expert + ".wi.weight", "experts.up.weight", experts, hidden, width),
        TensorPerExpert.of(expert + ".wo.weight", "experts.down.weight", experts, width, hidden));
    LayoutPart bias = WholeTensor.of(mlp + ".router.classifier.bias", "router.bias", experts);
    return List.of(config.flag("router_bias", false) ? GluParts.join(parts, List.of(bias)) : parts);
  }

  private static CapacityFormula room(ModelConfig config) {
    return CapacityFormula.fixed(config.count("expert_capacity", 64));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
            GatedRouter.of(
                Jitter.before(arrays.gate(), config.rate("router_jitter_noise", 0.01)),
                new Switch()),
            arrays.ffn(
                config.activation("dense_act_fn", config.text("feed_forward_proj", "relu")),
                config.rate("dropout_rate", 0.1)))
        .capacity(new LimitedCapacity(room(config), true, DropOrder.tokenMajor()));
  }
}
