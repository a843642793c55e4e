package io.github.moe4j.testkit;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * The seed of all random tests: {@code -Dmoe.seed=…}, or a fixed one.
 *
 * <p>As an extension it prints the seed of a test that failed, so that the failure can be replayed. In
 * this project it is registered automatically; elsewhere use {@code @ExtendWith(Seeds.class)}.
 */
public final class Seeds implements TestExecutionExceptionHandler {
  private static final String PROPERTY = "moe.seed";
  private static final long DEFAULT = 20_261_121L;

  /** Called by JUnit. */
  public Seeds() {}

  /** The seed of this run. */
  public static long seed() {
    return of(System.getProperty(PROPERTY));
  }

  static long of(@Nullable String given) {
    return given == null || given.isBlank() ? DEFAULT : Long.decode(given.trim());
  }

  /** The message printed for a failed test. */
  static String replay(ExtensionContext context, long seed) {
    return "%s.%s failed; replay with -D%s=%d"
        .formatted(
            context.getRequiredTestClass().getSimpleName(),
            context.getRequiredTestMethod().getName(),
            PROPERTY,
            seed);
  }

  /**
   * An independent generator for each use within a test.
   *
   * @param salt distinguishes the uses
   */
  public static SplittableRandom random(long salt) {
    return new SplittableRandom(seed() * 1_000_003L + salt);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    if (!(failure instanceof TestAbortedException)) {
      System.err.println(replay(context, seed()));
    }
    throw failure;
  }
}
