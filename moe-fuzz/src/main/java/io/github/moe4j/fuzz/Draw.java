package io.github.moe4j.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** Random choices. */
public final class Draw {
  private Draw() {}

  /** One of several. */
  @SafeVarargs
  public static <T> T of(SplittableRandom random, T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** One of several. */
  public static <T> T of(SplittableRandom random, List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** One of several. */
  public static int of(SplittableRandom random, int[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** True with probability 1/n. */
  public static boolean oneIn(SplittableRandom random, int n) {
    return random.nextInt(n) == 0;
  }

  /** A number that options may not be prepared for. */
  public static double number(SplittableRandom random) {
    return switch (random.nextInt(10)) {
      case 0 -> 0;
      case 1 -> -1;
      case 2 -> Double.NaN;
      case 3 -> Double.POSITIVE_INFINITY;
      case 4 -> 1e300;
      case 5 -> 2_147_483_648.0;
      case 6 -> 0.5;
      case 7 -> random.nextInt(9);
      case 8 -> random.nextDouble();
      default -> 1e-300;
    };
  }
}
