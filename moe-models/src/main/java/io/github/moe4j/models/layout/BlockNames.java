package io.github.moe4j.models.layout;

/**
 * What the tensors of a block with SwiGLU experts are called.
 *
 * @param module the block in its layer
 * @param router the matrix of the router in the block
 * @param gate projection of an expert
 * @param up projection of an expert
 * @param down projection of an expert
 */
record BlockNames(String module, String router, String gate, String up, String down) {
  /** Of most models. */
  static final BlockNames MLP = projections("mlp", "gate.weight");

  /** With the usual names of projections. */
  static BlockNames projections(String module, String router) {
    return new BlockNames(module, router, "gate_proj", "up_proj", "down_proj");
  }

  /** With Mixtral's names of projections. */
  static BlockNames mixtral(String module) {
    return new BlockNames(module, "gate.weight", "w1", "w3", "w2");
  }
}
