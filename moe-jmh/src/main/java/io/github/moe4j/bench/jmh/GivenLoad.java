package io.github.moe4j.bench.jmh;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.core.Assignments;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Assignments of a load that is known beforehand, with equal weights. Tokens come in random order, so
 * that rows of an expert do not lie at equal distances.
 */
final class GivenLoad {
  private static final String UNIFORM = "uniform";
  private static final String SKEWED = "skewed";

  private GivenLoad() {}

  /**
   * The assignments of all tokens, K each.
   *
   * @param load {@code uniform}, the same number of rows for each expert; or {@code skewed}, half of
   *     all rows on expert 0 and the rest even, for which a token goes to expert 0 more than once if K
   *     is above 2
   */
  static Assignments of(String load, LayerShape shape) {
    boolean skewed = load.equals(SKEWED);
    if (!skewed && !load.equals(UNIFORM)) {
      throw new IllegalArgumentException(
          "load must be %s or %s but was %s".formatted(UNIFORM, SKEWED, load));
    }
    int[] order = shuffled(shape.tokens());
    int[] token = new int[shape.tokens() * shape.k()];
    int[] expert = new int[token.length];
    double[] weight = new double[token.length];
    Arrays.fill(weight, 1.0 / shape.k());
    for (int n = 0; n < token.length; n++) {
      token[n] = n / shape.k();
      int place = order[token[n]] * shape.k() + n % shape.k();
      expert[n] = skewed ? skewed(place, shape.experts()) : place % shape.experts();
    }
    return Assignments.of(shape.tokens(), shape.experts(), token, expert, weight);
  }

  private static int skewed(int place, int experts) {
    return place % 2 == 0 || experts == 1 ? 0 : 1 + place / 2 % (experts - 1);
  }

  private static int[] shuffled(int length) {
    SplittableRandom random = new SplittableRandom(7);
    int[] order = new int[length];
    for (int i = 0; i < length; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }
}
