package io.github.moe4j.lab;

import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.lab.ranks.Traffic;
import io.github.moe4j.lab.report.RankUse;
import io.github.moe4j.parallel.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What this rank sent and waited in the steps of a training, and the load of all experts of the last layer. A training
 * resumed on another number of ranks counts anew.
 */
final class RankWork {
  private Traffic traffic = Traffic.NONE;
  private long nanos;
  private long steps;
  private long[] kept = new long[0];

  /** Adds a step. */
  void add(Traffic ofStep, long stepNanos) {
    traffic = traffic.plus(ofStep);
    nanos += stepNanos;
    steps++;
  }

  /** Adds the load of all ranks. */
  void add(LoadStatistics load) {
    long[] more = load.kept();
    kept = kept.length == 0 ? new long[more.length] : kept;
    Arrays.setAll(kept, e -> kept[e] + more[e]);
  }

  void addTo(Checkpoint.Builder checkpoint, String name) {
    checkpoint
        .longs(name + ".sums", traffic.bytes(), traffic.nanos(), nanos, steps)
        .longs(name + ".kept", kept);
  }

  void restore(Checkpoint checkpoint, String name) {
    SavedNumbers saved = new SavedNumbers(checkpoint, name);
    long[] sums = saved.counts("sums", 4);
    traffic = new Traffic(sums[0], sums[1]);
    nanos = sums[2];
    steps = sums[3];
    kept = saved.counts("kept");
  }

  /** That of all ranks; collective. */
  List<RankUse> ofRanks(Group group, List<Placement> placements) {
    long[][] all = group.allGather(traffic.bytes(), traffic.nanos(), nanos, steps);
    long sum = Math.max(1, Arrays.stream(kept).sum());
    List<RankUse> uses = new ArrayList<>();
    for (int r = 0; r < all.length; r++) {
      int[] held = placements.isEmpty()
          ? new int[0]
          : placements.get(placements.size() - 1).expertsOn(r);
      double load =
          Arrays.stream(held).mapToDouble(e -> kept.length == 0 ? 0 : kept[e]).sum();
      uses.add(new RankUse(
          held.length,
          placements.isEmpty() ? Double.NaN : load / sum,
          (double) all[r][0] / Math.max(1, all[r][3]),
          Math.min(1, (double) all[r][1] / Math.max(1, all[r][2]))));
    }
    return uses;
  }
}
