package io.github.moe4j.lab.report;

import java.util.Arrays;

/**
 * The expert with the largest weight for each character of a text, in one layer.
 *
 * @param experts [characters] index of the expert; -1 if no expert took the character. Copied.
 * @param weights [characters] the router's weight of that expert; 0 if there is none. Copied.
 */
public record FirstChoices(int[] experts, double[] weights) {

  /** Validates and copies. */
  public FirstChoices {
    Checks.length("weights", experts.length, weights.length);
    for (int expert : experts) {
      if (expert < -1) {
        throw new IllegalArgumentException("an expert must be at least -1 but was " + expert);
      }
    }
    experts = experts.clone();
    weights = weights.clone();
  }

  /**
   * The expert of each character.
   *
   * @return [characters] a copy
   */
  @Override
  public int[] experts() {
    return experts.clone();
  }

  /**
   * The weight of each character's expert.
   *
   * @return [characters] a copy
   */
  @Override
  public double[] weights() {
    return weights.clone();
  }

  int largestExpert() {
    return Arrays.stream(experts).max().orElse(-1);
  }
}
