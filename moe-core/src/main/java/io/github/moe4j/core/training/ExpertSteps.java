package io.github.moe4j.core.training;

import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How many updates each expert of a part has taken, where an expert without rows takes none. */
final class ExpertSteps {
  private final String part;
  private final long[] taken;
  private final boolean[] idle;

  ExpertSteps(String part, int experts) {
    this.part = part;
    this.taken = new long[experts];
    this.idle = new boolean[experts];
  }

  /** Throws unless the first of several axes of a parameter is that of the experts. */
  void requireFits(String name, INDArray parameter) {
    Require.that(
        parameter.rank() > 1 && parameter.size(0) == taken.length,
        "%s must have the %d experts of %s as the first of several axes but was %s",
        name,
        taken.length,
        part,
        Arrays.toString(parameter.shape()));
  }

  /** Says which experts take part in the update to come. */
  void begin(int[] rows) {
    Require.that(
        rows.length == taken.length,
        "rows of %s must be of E = %d experts but were of %d",
        part,
        taken.length,
        rows.length);
    for (int e = 0; e < rows.length; e++) {
      Require.that(
          rows[e] >= 0, "rows of expert %d of %s must be at least 0 but were %d", e, part, rows[e]);
      idle[e] = rows[e] == 0;
    }
  }

  /** Counts the update that was begun. */
  void end() {
    for (int e = 0; e < taken.length; e++) {
      taken[e] += idle[e] ? 0 : 1;
    }
  }

  /** The expert of one of the rows of a parameter. */
  int expert(int row, int rows) {
    return (int) ((long) row * taken.length / rows);
  }

  /** Whether an expert is left as it is. */
  boolean isIdle(int expert) {
    return idle[expert];
  }

  /** Updates that an expert has taken. */
  long taken(int expert) {
    return taken[expert];
  }

  /** A copy of the updates of each expert [E]. */
  long[] all() {
    return taken.clone();
  }

  /** Throws unless these may be the updates of each expert. */
  void requireRestorable(String name, long[] saved) {
    Require.that(
        saved.length == taken.length && Arrays.stream(saved).allMatch(n -> n >= 0),
        "%s must be %d numbers of at least 0 but was %s",
        name,
        taken.length,
        Arrays.toString(saved));
  }

  /** Takes restored updates of each expert [E]. */
  void restore(long[] saved) {
    System.arraycopy(saved, 0, taken, 0, taken.length);
  }
}
