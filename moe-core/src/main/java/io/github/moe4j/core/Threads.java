package io.github.moe4j.core;

import io.github.moe4j.core.internal.HelperPool;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Which Java threads do the work of a pass, and how many. Immutable; results have the same bits with any.
 *
 * <pre>{@code
 * MoeLayer layer = MoeLayer.builder(router, experts).threads(Threads.of(4)).build();
 * Threads.on(myPool, 4).run(() -> optimizer.step(gradients)); // whatever this thread does in there
 * }</pre>
 *
 * <p>The thread that calls always works too. Unless something else is chosen, it is helped by daemon
 * threads of the library, up to as many threads as there are processors, or as {@code -Dmoe4j.threads=}
 * says, read once. They are started when they are first needed, wait for more work awake for 0.3 ms, then
 * asleep, and end after 10 s.
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
   * @param count threads that work is divided among at most, the caller included; 1 uses no helper
   */
  public static Threads of(int count) {
    return new Threads(count, HelperPool.SHARED);
  }

  /**
   * Helpers in threads of an executor. Each is a task that ends by itself 0.3 ms after its last work. Nothing
   * waits for a task to begin: if the executor is busy, rejects tasks or runs them in the caller, the
   * caller does all work.
   *
   * @param executor kept; never shut down here
   * @param count threads that work is divided among at most, the caller included
   */
  public static Threads on(Executor executor, int count) {
    return new Threads(count, new HelperPool(executor));
  }

  /** Does some work in the calling thread, and all parallel work of the library within it in these. */
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
