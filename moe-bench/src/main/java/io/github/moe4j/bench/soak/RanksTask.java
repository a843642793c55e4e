package io.github.moe4j.bench.soak;

import io.github.moe4j.bench.distributed.RankTraining;
import io.github.moe4j.bench.distributed.Training;
import io.github.moe4j.core.group.Group;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A training of experts and data in parallel over the ranks of a new group of threads. */
record RanksTask(Training training) implements SoakTask {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  @Override
  public String name() {
    return training.ranks() + " ranks";
  }

  @Override
  public long run() {
    List<Map<String, Long>> found =
        Group.threads(training.ranks(), TIMEOUT, group -> new RankTraining(training, group).run());
    return found.hashCode();
  }
}
