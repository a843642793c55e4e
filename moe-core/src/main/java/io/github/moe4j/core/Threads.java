package io.github.moe4j.core;

import io.github.moe4j.core.internal.HelperPool;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The Java threads that compute a pass, and their number. Immutable; results are bit-identical for any.
 *
 * <pre>{@code
 * MoeLayer layer = MoeLayer.builder(router, experts).threads(Threads.of(4)).build();
 * Threads.on(myPool, 4).run(() -> optimizer.step(gradients)); // applies to all calls inside
 * }</pre>
 *
 * <p>The calling thread always takes part. By default it is helped by daemon threads of the library,
 * in total as many threads as there are processors, or as set by {@code -Dmoe4j.threads=}, which is
 * read once. They are started when first needed, spin for 0.3 ms after their last task, then sleep, and
 * end after 10 s.
 */
public final class Threads {
  private final Parallel.Team team;

  private Threads(int count, HelperPool helpers) {
    Require.positive("count", count);
    this.team = new Parallel.Team(count, helpers);
  }

  /**
   * The library's own helpers.
   *
   * @param count maximum number of threads, the caller included; 1 uses no helper
   * @throws IllegalArgumentException if the count is not positive
   */
  public static Threads of(int count) {
    return new Threads(count, HelperPool.SHARED);
  }

  /**
   * Helpers in threads of an executor. Each is a task that ends by itself 0.3 ms after its last work. Passes
   * do not wait for helpers to start: if the executor is busy, rejects tasks or runs them in the
   * calling thread, the caller does all the work.
   *
   * @param executor kept; never shut down here
   * @param count maximum number of threads, the caller included
   * @throws IllegalArgumentException if the count is not positive
   */
  public static Threads on(Executor executor, int count) {
    return new Threads(count, new HelperPool(executor));
  }

  /** Runs some work in the calling thread; all parallel work of the library within it uses these threads. */
  public void run(Runnable work) {
    Parallel.in(team, work);
  }

  /** The same with a result. */
  public <T> T call(Supplier<T> work) {
    List<T> result = new ArrayList<>(1);
    run(() -> result.add(work.get()));
    return result.get(0);
  }

  @Override
  public String toString() {
    return "Threads of " + team.size();
  }
}
