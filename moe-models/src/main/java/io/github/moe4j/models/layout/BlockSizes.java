package io.github.moe4j.models.layout;

/**
 * Sizes of the experts of a block.
 *
 * @param experts E, at least 1
 * @param width D
 * @param hidden H
 */
record BlockSizes(int experts, int width, int hidden) {
  /** Names are made for every expert: a number in a small config must not take much memory. */
  static final int MOST_EXPERTS = 10_000;

  /** Checks the number of experts. */
  BlockSizes {
    if (experts > MOST_EXPERTS) {
      throw new LayoutException(
          "config must have at most %d experts but has %d", MOST_EXPERTS, experts);
    }
  }

  /**
   * Experts that a token chooses.
   *
   * @param name of the field
   * @param otherwise if it is not set; 0 if it must be
   * @throws LayoutException if they are more than there are
   */
  int choices(ModelConfig config, String name, int otherwise) {
    return config.choices(name, otherwise, experts, "the number of experts");
  }

  /**
   * By the fields of most configs.
   *
   * @param experts name of the number of experts
   * @param other its name where that is not set
   * @param hidden name of the hidden width
   */
  static BlockSizes of(ModelConfig config, String experts, String other, String hidden) {
    return new BlockSizes(
        config.sizeOf(experts, other), config.size("hidden_size"), config.size(hidden));
  }
}
