package io.github.moe4j.fuzz;

import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs the cases of a target one after another, in the calling thread. */
public final class Fuzzer {
  private static final long STEP =
      0x9E3779B97F4A7C15L; // an odd number, so that seeds do not repeat

  private final FuzzTarget target;
  private final @Nullable Path currentCase;
  private final Consumer<String> progress;

  private Fuzzer(FuzzTarget target, @Nullable Path currentCase, Consumer<String> progress) {
    this.target = target;
    this.currentCase = currentCase;
    this.progress = progress;
  }

  /** A fuzzer of a target. */
  public static Fuzzer of(FuzzTarget target) {
    return new Fuzzer(target, null, line -> {});
  }

  /** The same with a line after each tenth of the units. */
  public Fuzzer withProgress(Consumer<String> lines) {
    return new Fuzzer(target, currentCase, lines);
  }

  /**
   * The same with the seed of the running case in a file, and an end of the process if a case lasts five minutes.
   *
   * @param file in an existing folder; overwritten
   */
  public Fuzzer withCurrentCase(Path file) {
    return new Fuzzer(target, file, progress);
  }

  /** The seed of a case of a run: that of the run for the first, so that any case can be the only one. */
  static long seedOf(long runSeed, long caseNumber) {
    return caseNumber == 0 ? runSeed : new SplittableRandom(runSeed + caseNumber * STEP).nextLong();
  }

  /**
   * Runs cases until there are enough units or the time is over.
   *
   * @throws FuzzFailure at the first fault, with the seed of its case
   */
  public FuzzReport run(FuzzOptions options) {
    Tally tally = new Tally();
    long begin = System.nanoTime();
    long cases = 0;
    try (CurrentCase current =
        currentCase == null ? null : new CurrentCase(target.name(), currentCase)) {
      while (tally.units() < options.units() && seconds(begin) < options.seconds()) {
        long seed = seedOf(options.seed(), cases++);
        if (current != null) {
          current.begin(seed);
        }
        long tenths = 10 * tally.units() / options.units();
        run(seed, tally);
        if (10 * tally.units() / options.units() > tenths) {
          progress.accept(String.format(
              Locale.ROOT,
              "%s: %,d of %,d %s, %,d s",
              target.name(),
              tally.units(),
              options.units(),
              target.unit(),
              seconds(begin)));
        }
      }
    }
    return new FuzzReport(
        target.name(), target.unit(), options.seed(), cases, tally, System.nanoTime() - begin);
  }

  private void run(long seed, Tally tally) {
    try {
      target.run(new SplittableRandom(seed), tally);
    } catch (Throwable e) {
      throw new FuzzFailure(target.name(), seed, e);
    }
  }

  private static long seconds(long begin) {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
  }
}
