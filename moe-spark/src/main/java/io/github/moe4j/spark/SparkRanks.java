package io.github.moe4j.spark;

import io.github.moe4j.core.group.GroupException;
import io.github.moe4j.core.internal.Require;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/**
 * Ranks that are the tasks of a barrier stage: Spark starts them together, tells them each other's addresses once, and
 * supervises them; they exchange over sockets of their own.
 *
 * <pre>{@code
 * List<Double> losses = SparkRanks.of(context, 4).run(rank -> train(rank.group()));
 * }</pre>
 *
 * <p>If a rank fails, whatever the reason, all others end with a {@link GroupException} that names it, and so does {@link
 * #run}, after the attempts of {@link SparkOptions#withAttempts}. Immutable.
 */
public final class SparkRanks {
  private final SparkContext context;
  private final int ranks;
  private final SparkOptions options;

  private SparkRanks(SparkContext context, int ranks, SparkOptions options) {
    this.context = context;
    this.ranks = Require.positive("ranks", ranks);
    this.options = options;
    new Slots(context).requireFor(ranks);
  }

  /**
   * Ranks with the options of {@link SparkOptions#secret()}.
   *
   * @param ranks N; each needs a slot of its own, that is {@code spark.task.cpus} cores of an executor
   * @throws IllegalArgumentException if a master {@code local[…]} has fewer cores than that
   * @throws IllegalStateException if executors are allocated dynamically
   */
  public static SparkRanks of(SparkContext context, int ranks) {
    return new SparkRanks(context, ranks, SparkOptions.secret());
  }

  /** The same of a Java program. */
  public static SparkRanks of(JavaSparkContext context, int ranks) {
    return of(context.sc(), ranks);
  }

  /** The same ranks with other options. */
  public SparkRanks with(SparkOptions newOptions) {
    return new SparkRanks(context, ranks, newOptions);
  }

  /**
   * Runs the ranks and returns when all have ended.
   *
   * @param body what each rank does
   * @return the results by rank
   * @throws IllegalArgumentException if the body cannot be serialized
   * @throws IllegalStateException if there are not enough slots within the time to start, or a rank does not end after a
   *     failure; attempts that failed before are suppressed exceptions
   * @throws GroupException if a rank failed in the last attempt; its cause is what that rank threw, or Spark's reason
   *     that it was lost
   */
  public <T extends @Nullable Object> List<T> run(RankBody<T> body) {
    requireSerializable(body);
    List<RuntimeException> failures = new ArrayList<>();
    for (int number = 0; ; number++) {
      try {
        return attempt(body, number);
      } catch (GroupException e) {
        failures.add(e);
        if (number + 1 == options.attempts()) {
          throw last(failures);
        }
      } catch (IllegalStateException e) {
        failures.forEach(e::addSuppressed);
        throw e;
      }
    }
  }

  private static void requireSerializable(RankBody<?> body) {
    try {
      JavaBytes.write(body);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "body must be serializable with all that it refers to but: " + e, e);
    }
  }

  @SuppressWarnings("unchecked") // what the body returned
  private <T extends @Nullable Object> List<T> attempt(RankBody<T> body, int number) {
    RankTask task =
        new RankTask(body, options, SparkOptions.drawSecret(), context.isLocal(), number);
    try {
      return (List<T>) new Attempt(context, ranks, options.startTimeout()).run(task);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the thread that runs the ranks was interrupted", e);
    }
  }

  private static RuntimeException last(List<RuntimeException> failures) {
    RuntimeException last = failures.get(failures.size() - 1);
    failures.stream().filter(failure -> failure != last).forEach(last::addSuppressed);
    return last;
  }
}
