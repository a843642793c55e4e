package io.github.moe4j.spark;

import io.github.moe4j.core.internal.Require;
import java.time.Duration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/** Whether Spark can run all ranks at the same time. */
final class Slots {
  private static final int POLL_MILLIS = 100;

  private final SparkContext context;

  Slots(SparkContext context) {
    this.context = context;
  }

  /**
   * Checks what cannot change any more.
   *
   * @throws IllegalArgumentException if a local master has fewer cores than ranks
   * @throws IllegalStateException if settings do not allow barrier stages
   */
  void requireFor(int ranks) {
    SparkConf conf = context.conf();
    for (String name :
        new String[] {"spark.dynamicAllocation.enabled", "spark.streaming.dynamicAllocation.enabled"
        }) {
      if (conf.getBoolean(name, false)) {
        throw new IllegalStateException(
            name + " must be false but was true: all ranks run at the same time, or none");
      }
    }
    if (context.isLocal()) {
      Require.that(
          ranks <= count(),
          "ranks must be at most %d, the slots of the master %s with spark.task.cpus %s, but was %d",
          count(),
          context.master(),
          conf.get("spark.task.cpus", "1"),
          ranks);
    }
  }

  /**
   * Waits until there are as many slots as ranks: executors come one after another, and again after one was lost.
   *
   * @throws IllegalStateException if there are not enough in time
   */
  void await(int ranks, Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (count() < ranks) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "%d ranks need as many slots at the same time but Spark had %d after %s: start more executors, or with more cores"
                .formatted(ranks, count(), timeout));
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /**
   * The tasks that can run at the same time. Spark compares the same number when a job is submitted, and if it is too
   * small does so again every 15 seconds, 40 times. Not in its API for Scala, but public for Java.
   */
  private int count() {
    return context.maxNumConcurrentTasks(context.resourceProfileManager().defaultResourceProfile());
  }
}
