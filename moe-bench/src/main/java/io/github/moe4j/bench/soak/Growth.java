package io.github.moe4j.bench.soak;

import io.github.moe4j.cli.Samples;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Growth of a kind of memory: the median of the last third of the points over that of the second third. The first third
 * warms up: compiled code, pools, classes.
 *
 * @param before median of the second third, KB
 * @param after median of the last third, KB
 */
record Growth(double before, double after) {
  private static final int THIRDS = 3;

  /** Null if there are fewer than three points or a value is unknown. */
  static @Nullable Growth of(List<SoakPoint> points, Function<SoakPoint, @Nullable Long> kind) {
    List<@Nullable Long> values = points.stream().map(kind).toList();
    if (values.size() < THIRDS || values.contains(null)) {
      return null;
    }
    double[] all = values.stream().mapToDouble(Long::doubleValue).toArray();
    int third = all.length / THIRDS;
    return new Growth(
        Samples.median(Arrays.copyOfRange(all, third, 2 * third)),
        Samples.median(Arrays.copyOfRange(all, all.length - third, all.length)));
  }

  /** Such as 0.01 for one percent more. */
  double share() {
    return after / before - 1;
  }
}
