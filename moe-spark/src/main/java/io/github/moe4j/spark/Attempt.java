package io.github.moe4j.spark;

import io.github.moe4j.core.group.GroupException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/** One run of all ranks. */
final class Attempt {
  /** How long ranks have to end once one has failed; their group tells them within moments. */
  private static final Duration GRACE = Duration.ofSeconds(3);

  private static final int POLL_MILLIS = 20;

  private final SparkContext context;
  private final int ranks;
  private final Duration startTimeout;
  private final StageWatch watch = new StageWatch();

  Attempt(SparkContext context, int ranks, Duration startTimeout) {
    this.context = context;
    this.ranks = ranks;
    this.startTimeout = startTimeout;
  }

  /**
   * Runs it. Returns when no rank runs any more.
   *
   * @throws GroupException if a rank failed
   * @throws IllegalStateException if the ranks did not start in time, or do not end after a failure
   */
  List<@Nullable Object> run(RankTask task) throws InterruptedException {
    new Slots(context).await(ranks, startTimeout);
    context.addSparkListener(watch);
    try {
      BarrierJob job = BarrierJob.submit(context, ranks, task, watch);
      boolean isCancelled;
      try {
        isCancelled = !awaitEnd(job);
      } finally {
        job.cancel();
      }
      GroupException failure = failure(job, isCancelled);
      if (failure != null) {
        requireEnd(failure);
        throw failure;
      }
      List<@Nullable Object> results = new ArrayList<>();
      for (Outcome outcome : job.outcomes()) {
        results.add(Objects.requireNonNull(outcome).value());
      }
      return results;
    } finally {
      context.removeSparkListener(watch);
    }
  }

  /** Waits until the job is over, or returns false if a rank does not end after another has failed. */
  private boolean awaitEnd(BarrierJob job) throws InterruptedException {
    long start = System.nanoTime();
    long failed = Long.MAX_VALUE;
    while (!job.isOver()) {
      long now = System.nanoTime();
      if (failed == Long.MAX_VALUE && !failures(job).isEmpty()) {
        failed = now;
      }
      if (failed != Long.MAX_VALUE && now - failed > GRACE.toNanos()) {
        return false;
      }
      if (watch.started() < ranks && now - start > startTimeout.toNanos()) {
        throw new IllegalStateException(
            "%d ranks must start at the same time but %d did within %s: other jobs have the slots"
                .formatted(ranks, watch.started(), startTimeout));
      }
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }

  private static List<Outcome> failures(BarrierJob job) {
    return Stream.of(job.outcomes())
        .filter(outcome -> outcome != null && outcome.failure() != null)
        .toList();
  }

  /** The rank that failed by itself, else the one that Spark lost, else what others noticed of it. */
  private @Nullable GroupException failure(BarrierJob job, boolean isCancelled)
      throws InterruptedException {
    List<Outcome> failed = failures(job);
    for (Outcome outcome : failed) {
      if (!outcome.isOfAnother()) {
        return new GroupException(
            "rank %d failed: %s".formatted(outcome.rank(), outcome.error()), outcome.failure());
      }
    }
    Throwable ofJob = job.failure();
    String lost = ofJob == null || isCancelled ? null : watch.awaitFailure(GRACE);
    if (lost != null) {
      return new GroupException(lost, ofJob);
    }
    if (!failed.isEmpty()) {
      Throwable noticed = failed.get(0).failure();
      return new GroupException(Objects.requireNonNull(noticed).getMessage(), noticed);
    }
    return ofJob == null ? null : new GroupException("the ranks failed: " + ofJob, ofJob);
  }

  /** What a rank of this attempt still does must not meet the next one. */
  private void requireEnd(GroupException failure) throws InterruptedException {
    if (!watch.awaitEnd(startTimeout)) {
      throw new IllegalStateException(
          "all ranks must end after a failure but %d did not within %s"
              .formatted(watch.active(), startTimeout),
          failure);
    }
  }
}
