package io.github.moe4j.core.experts;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies of some experts, such as those of one rank of a group. */
public final class ExpertSelection {
  private ExpertSelection() {}

  /**
   * Copies of some experts, in the order given, with the bits of their parameters.
   *
   * @param experts {@link FfnExperts} or {@link GluExperts}. Not modified.
   * @param numbers which ones, at least one
   * @throws IllegalArgumentException if the experts are of another class, or a number is out of range
   */
  public static Experts of(Experts experts, int... numbers) {
    Require.that(numbers.length > 0, "experts to select must be at least 1 but were 0");
    for (int number : numbers) {
      Require.that(
          number >= 0 && number < experts.experts(),
          "expert must be in [0, %d) but was %d",
          experts.experts(),
          number);
    }
    GroupedLinear.ArrayChange select = (name, array) -> select(array, numbers);
    if (experts instanceof FfnExperts ffn) {
      return ffn.withArrays(select);
    }
    if (experts instanceof GluExperts glu) {
      return glu.withArrays(select);
    }
    throw new IllegalArgumentException(
        "experts to select must be FfnExperts or GluExperts but were "
            + experts.getClass().getSimpleName());
  }

  private static INDArray select(INDArray array, int[] numbers) {
    long[] shape = array.shape().clone();
    shape[0] = numbers.length;
    INDArray selected = Allocate.uninitialized(array.dataType(), shape);
    Rows from = Rows.of(array);
    Rows to = Rows.of(selected);
    for (int i = 0; i < numbers.length; i++) {
      from.copy(numbers[i], to, i);
    }
    return selected;
  }
}
