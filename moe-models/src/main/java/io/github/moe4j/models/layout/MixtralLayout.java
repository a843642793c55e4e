package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.TopK;
import java.util.List;
import java.util.Set;

/**
 * Mixtral, and MiniMax-Text-01 and M1 with the same block: softmax over the chosen logits, SwiGLU experts, every layer
 * sparse ({@code MixtralSparseMoeBlock} and {@code MiniMaxSparseMoeBlock} in Hugging Face). MiniMax multiplies the
 * block's input and output by factors of the config before it adds them; that is not part of the layer.
 *
 * <p>Published as w1 (gate), w3 (up) and w2 (down) of each expert under {@code block_sparse_moe};
 * newer code keeps two tensors of all experts under {@code mlp}.
 *
 * @param name of the family
 * @param modelTypes that its configs have
 * @param architecture what its classes begin with
 */
record MixtralLayout(String name, Set<String> modelTypes, String architecture) implements Layout {
  /** Mixtral. */
  static MixtralLayout mixtral() {
    return new MixtralLayout("mixtral", Set.of("mixtral"), "Mixtral");
  }

  /** MiniMax-Text-01 and M1. */
  static MixtralLayout miniMax() {
    return new MixtralLayout(
        "minimax", Set.of("minimax", "minimax_text_01", "minimax_m1"), "MiniMax(M1)?");
  }

  @Override
  public List<MoeBlock> blocks(ModelConfig config) {
    return Blocks.decoder(config.size("num_hidden_layers"), layer -> true);
  }

  @Override
  public List<List<LayoutPart>> forms(ModelConfig config, MoeBlock block) {
    return MlpForms.mixtral(Roots.MODEL, block, sizes(config), module -> List.of());
  }

  private static BlockSizes sizes(ModelConfig config) {
    return BlockSizes.of(config, "num_local_experts", "num_experts", "intermediate_size");
  }

  @Override
  public void check(ModelConfig config) {
    if (config.count("shared_intermediate_size", 0) > 0) {
      throw config.unsupported("shared_intermediate_size", "0");
    }
    rule(config);
  }

  private static TopK rule(ModelConfig config) {
    return TopK.of(sizes(config).choices(config, "num_experts_per_tok", 2));
  }

  @Override
  public MoeLayer.Builder build(ModelConfig config, LayerArrays arrays) {
    return MoeLayer.builder(
        GatedRouter.of(
            Jitter.before(arrays.gate(), config.rate("router_jitter_noise", 0)), rule(config)),
        arrays.glu(config.activation("hidden_act", "silu")));
  }
}
