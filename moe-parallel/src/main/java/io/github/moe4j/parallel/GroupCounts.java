package io.github.moe4j.parallel;

import io.github.moe4j.balance.CountReducer;
import io.github.moe4j.balance.ExpertCounts;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.group.Group;
import java.util.Arrays;

/**
 * Sums of counts over all ranks of a group, for balance losses, controllers and statistics of the whole batch. All
 * methods are collective.
 *
 * @param group of the ranks
 */
public record GroupCounts(Group group) implements CountReducer {
  @Override
  public ExpertCounts sum(int layer, ExpertCounts own) {
    long[] perExpert = own.perExpert();
    long[] sent = Arrays.copyOf(perExpert, perExpert.length + 2);
    sent[perExpert.length] = own.tokens();
    sent[perExpert.length + 1] = Double.doubleToRawLongBits(own.choices());
    long[][] all = group.allGather(sent);
    ExpertCounts sum = counts(all[0]);
    for (int r = 1; r < all.length; r++) {
      sum = sum.plus(counts(all[r]));
    }
    return sum;
  }

  /** What controllers observed on all ranks, added in rank order. */
  @Override
  public double[] sum(double[] own) {
    long[][] all = group.allGather(bits(own));
    double[] sum = new double[own.length];
    for (long[] ofRank : all) {
      Arrays.setAll(sum, i -> sum[i] + Double.longBitsToDouble(ofRank[i]));
    }
    return sum;
  }

  /**
   * The load of all ranks, such as {@code sum(pass.load())}.
   *
   * @param own load of this rank, of as many experts on each
   */
  public LoadStatistics sum(LoadStatistics own) {
    int experts = own.experts();
    long[] sent = Arrays.copyOf(own.assigned(), 2 * experts + 4);
    System.arraycopy(own.kept(), 0, sent, experts, experts);
    sent[2 * experts] = own.tokens();
    sent[2 * experts + 1] = Double.doubleToRawLongBits(own.entropySum());
    sent[2 * experts + 2] = own.expertHits();
    sent[2 * experts + 3] = own.expertMisses();
    LoadStatistics sum = LoadStatistics.none(experts);
    for (long[] load : group.allGather(sent)) {
      sum = sum.plus(LoadStatistics.of(
              Arrays.copyOf(load, experts),
              Arrays.copyOfRange(load, experts, 2 * experts),
              load[2 * experts],
              Double.longBitsToDouble(load[2 * experts + 1]))
          .withUses(load[2 * experts + 2], load[2 * experts + 3]));
    }
    return sum;
  }

  private static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
  }

  private static ExpertCounts counts(long[] sent) {
    int experts = sent.length - 2;
    return new ExpertCounts(
        Arrays.copyOf(sent, experts), sent[experts], Double.longBitsToDouble(sent[experts + 1]));
  }
}
