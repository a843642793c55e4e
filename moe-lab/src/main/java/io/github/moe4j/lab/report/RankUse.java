package io.github.moe4j.lab.report;

import java.util.List;

/**
 * What a rank of a group did in a training over ranks.
 *
 * @param experts that it held, of each layer
 * @param loadShare its experts' share of all kept assignments of the last layer; NaN for a dense model
 * @param bytesPerStep sent to other ranks in a training step
 * @param waitShare share of the time of the training steps in exchanges, with the wait for other ranks
 */
public record RankUse(int experts, double loadShare, double bytesPerStep, double waitShare) {
  /** Validates. */
  public RankUse {
    Checks.notNegative("experts", experts);
    Checks.share("loadShare", loadShare);
    Checks.notNegative("bytesPerStep", bytesPerStep);
    Checks.share("waitShare", waitShare);
  }

  /** Load of the most loaded rank over the mean; NaN for a dense model. */
  static double mostLoadedOverMean(List<RankUse> ranks) {
    return ranks.stream().mapToDouble(RankUse::loadShare).max().orElse(Double.NaN) * ranks.size();
  }

  /** Bytes that all ranks send in a step. */
  static double bytesPerStep(List<RankUse> ranks) {
    return ranks.stream().mapToDouble(RankUse::bytesPerStep).sum();
  }

  /** Mean share of the time in exchanges. */
  static double waitShare(List<RankUse> ranks) {
    return ranks.stream().mapToDouble(RankUse::waitShare).average().orElse(Double.NaN);
  }
}
