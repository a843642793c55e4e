package io.github.moe4j.lab;

import io.github.moe4j.cli.MemoryNeed;

/**
 * The least memory that a run of the lab needs, from its sizes alone, before a model is made: weights with gradients and two
 * moments of the optimizer, and what each block keeps of the tokens for the backward pass. In float32.
 */
final class LeastMemory {
  /** Weight, gradient, and two moments. */
  private static final double ARRAYS = 4;

  /** Of width D, kept by a block: input and output of its two parts. */
  private static final double ROWS = 4;

  private static final double SYMBOLS = 256;

  private LeastMemory() {}

  /**
   * Throws if it is more than there is.
   *
   * @param experts of the model with the most; 0 if all are dense
   * @param k the most choices per token
   * @param ranks over which experts and sequences are divided, each a process of its own; 1 for one process
   */
  static void require(LabOptions options, int experts, int k, int ranks) {
    MemoryNeed.require(
        "width %d, hidden %d, %d experts, %d blocks, batch %d and sequence %d"
            .formatted(
                options.model().width(),
                options.layer().activeHidden(),
                experts,
                options.model().blocks(),
                options.batch(),
                options.model().sequence()),
        bytes(options, experts, k, ranks));
  }

  static double bytes(LabOptions options, int experts, int k, int ranks) {
    double width = options.model().width();
    double hidden = options.layer().activeHidden();
    double blocks = options.model().blocks();
    // Two matrices of an expert at least, which a shared expert may make narrower; of some kinds of
    // experts a part is empty.
    double ofExpert = 2 * width * Math.max(1, Math.floor(hidden / (k + 1)));
    double network = Math.max(width * hidden, experts * ofExpert / 4) / ranks;
    double attention = 4 * width * width;
    double weights = blocks * (attention + network) + 2 * SYMBOLS * width;
    double tokens = (double) options.batch() * options.model().sequence() / ranks;
    return Float.BYTES * (ARRAYS * weights + ROWS * blocks * tokens * width);
  }
}
