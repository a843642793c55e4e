package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.experts.DropoutMask;
import io.github.moe4j.core.internal.experts.ExpertRows;
import java.util.random.RandomGenerator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Dropout of the hidden values of experts: in training each becomes 0 with probability {@code rate}
 * and else is multiplied by {@code 1/(1 − rate)}; in evaluation nothing happens.
 *
 * <p>One uniform number for each hidden value, row after row; a value is dropped where it is below
 * the rate. Drawn in one thread, so that the bits do not depend on how many there are.
 */
final class HiddenDropout {
  /** No dropout: nothing is drawn. */
  static final HiddenDropout NONE = new HiddenDropout(0);

  private final double rate;

  HiddenDropout(double rate) {
    requireRate(rate);
    this.rate = rate;
  }

  /** The rate, 0 for none. */
  double rate() {
    return rate;
  }

  static void requireRate(double rate) {
    Require.that(rate >= 0 && rate < 1, "dropout rate must be in [0, 1) but was %s", rate);
  }

  /**
   * Draws what is kept of one pass; nothing is changed yet.
   *
   * @param hidden [R,H], of which only shape and type are read
   */
  DropoutMask draw(ExpertRows hidden, PassMode mode, Arena.Scope scope) {
    if (rate == 0 || !mode.isTraining()) {
      return DropoutMask.ALL;
    }
    RandomGenerator random = mode.requireGenerator("expert dropout");
    INDArray ones = scope.take(hidden.array().dataType(), hidden.array().shape());
    return DropoutMask.draw(rate, random, ones);
  }
}
