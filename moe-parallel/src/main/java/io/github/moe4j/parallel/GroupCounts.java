package io.github.moe4j.parallel;

import io.github.moe4j.balance.CountReducer;
import io.github.moe4j.balance.ExpertCounts;
import io.github.moe4j.core.group.Group;
import java.util.Arrays;

/**
 * The counts of all ranks of a group, for balance losses and controllers over the whole batch.
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

  private static ExpertCounts counts(long[] sent) {
    int experts = sent.length - 2;
    return new ExpertCounts(
        Arrays.copyOf(sent, experts), sent[experts], Double.longBitsToDouble(sent[experts + 1]));
  }
}
