package io.github.moe4j.models.layout;

/**
 * Sizes of the experts of a block.
 *
 * @param experts E
 * @param width D
 * @param hidden H
 */
record Sizes(int experts, int width, int hidden) {
  /**
   * By the fields of most configs.
   *
   * @param experts name of the number of experts
   * @param other its name where that is not set
   * @param hidden name of the hidden width
   */
  static Sizes of(ModelConfig config, String experts, String other, String hidden) {
    return new Sizes(
        config.sizeOf(experts, other), config.size("hidden_size"), config.size(hidden));
  }
}
