package io.github.moe4j.bench.machine;

import io.github.moe4j.cli.Watch;
import io.github.moe4j.core.internal.Parallel;

/**
 * Measures how many rounds of some work a second fits, on one thread and on all that a layer uses. The best
 * of many short samples counts: what else the machine does only takes from it.
 */
public final class RateMeter {
  /** Long against the time that threads take to begin together, short against a scheduler's slice. */
  private static final long SAMPLE_NANOS = 500_000;

  /** So long the compiler may take on a busy machine. */
  private static final long PATIENCE_NANOS = 4_000_000_000L;

  private final long nanos;
  private final Watch watch;

  /** Results go here, so that the compiler leaves out no work. */
  private volatile double sink;

  /**
   * Measures.
   *
   * @param millis for which samples are taken, of each kind of work on one thread and again on all
   * @param watch counts every kind of work, and may end it between two samples
   */
  public RateMeter(int millis, Watch watch) {
    this.nanos = millis * 1_000_000L;
    this.watch = watch;
  }

  /** Work of one thread. */
  @FunctionalInterface
  interface Work {
    /**
     * Does it.
     *
     * @param worker which of the threads, from 0
     * @return depends on all that was done
     */
    double run(int worker, Sample sample);
  }

  /**
   * What is timed at once.
   *
   * @param workers number of threads that work at the same time
   * @param rounds that each of them does
   * @param number of samples before
   */
  record Sample(int workers, int rounds, int number) {}

  /** How many threads work together: those of a layer by default. */
  public static int threads() {
    return Parallel.workers(Integer.MAX_VALUE);
  }

  /**
   * Rounds a second, on one thread and on all.
   *
   * @param compiled a rate that is reached on any machine once the work is compiled, and never before
   */
  Rate measure(double compiled, Work work) {
    double one = on(1, compiled, work);
    return new Rate(one, threads() == 1 ? one : on(threads(), compiled, work));
  }

  /** The same on so many threads, summed over them. */
  double on(int workers, double compiled, Work work) {
    best(workers, PATIENCE_NANOS, compiled, work);
    double rate = best(workers, nanos, Double.POSITIVE_INFINITY, work);
    watch.step(1);
    return rate;
  }

  /** The best rate until some time has passed, or a rate is reached. */
  private double best(int workers, long time, double enough, Work work) {
    double best = 0;
    int rounds = 1;
    long begin = System.nanoTime();
    for (int i = 0; i < 3 || System.nanoTime() - begin < time; i++) {
      watch.leaveIfAsked();
      Sample sample = new Sample(workers, rounds, i);
      long start = System.nanoTime();
      run(sample, work);
      long took = Math.max(1, System.nanoTime() - start);
      best = Math.max(best, 1e9 * workers * rounds / took);
      if (best >= enough) {
        return best;
      }
      if (took < SAMPLE_NANOS && rounds < 1 << 28) {
        rounds *= 2;
      }
    }
    return best;
  }

  private void run(Sample sample, Work work) {
    if (sample.workers == 1) {
      sink = work.run(0, sample);
    } else {
      Parallel.tasks(sample.workers, (worker, i) -> sink = work.run(i, sample));
    }
  }
}
