package io.github.moe4j.spark;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.TaskKilled;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.jspecify.annotations.Nullable;

/** Watches the tasks of one attempt, whose job carries a mark among its properties. */
final class StageWatch extends SparkListener {
  /** The property with the mark. */
  static final String MARK = "moe4j.ranks";

  private final String mark = UUID.randomUUID().toString();
  private final Set<Integer> stages = new HashSet<>();
  private int started;
  private int active;
  private @Nullable String failure;

  String mark() {
    return mark;
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart event) {
    if (event.properties() != null && mark.equals(event.properties().getProperty(MARK))) {
      scala.jdk.javaapi.CollectionConverters.asJava(event.stageIds())
          .forEach(id -> stages.add((Integer) id));
    }
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart event) {
    if (stages.contains(event.stageId())) {
      started++;
      active++;
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd event) {
    if (!stages.contains(event.stageId())) {
      return;
    }
    active--;
    boolean wasKilled = event.reason() instanceof TaskKilled; // because another one failed
    if (failure == null && !wasKilled && event.reason() instanceof TaskFailedReason reason) {
      failure = "rank %d was lost: %s"
          .formatted(event.taskInfo().index(), reason.toErrorString().strip());
    }
    notifyAll();
  }

  /** Number of tasks that have started. */
  synchronized int started() {
    return started;
  }

  /** Number of tasks that have started and not ended. */
  synchronized int active() {
    return active;
  }

  /** The first failure of a task, which may be known a moment after that of the job; null if there is none in time. */
  synchronized @Nullable String awaitFailure(Duration time) throws InterruptedException {
    await(time, () -> failure != null);
    return failure;
  }

  /** Returns when no task runs any more, and whether that is so within some time. */
  synchronized boolean awaitEnd(Duration time) throws InterruptedException {
    await(time, () -> active == 0);
    return active == 0;
  }

  private void await(Duration time, BooleanSupplier holds) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    long left = time.toMillis();
    while (!holds.getAsBoolean() && left > 0) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
  }
}
