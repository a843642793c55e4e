package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.internal.Elementwise;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.Rows;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the dropout of one pass kept of the hidden values of experts.
 *
 * @param ones 1 where a value was kept, else 0 [R,H]; null if all were
 * @param factor of the kept values
 */
public record DropoutMask(@Nullable ExpertRows ones, double factor) {
  /** Everything, as it is. */
  public static final DropoutMask ALL = new DropoutMask(null, 1);

  /**
   * Draws a mask: one uniform number per value, row by row, in one thread; a value is dropped where it is below the rate.
   *
   * @param rate of values dropped, in [0, 1)
   * @param random source of the numbers. Modified.
   * @param ones [R,H]. Modified: overwritten.
   */
  public static DropoutMask draw(double rate, RandomGenerator random, INDArray ones) {
    if (!ones.isEmpty()) {
      Rows rows = Rows.of(ones);
      double[] row = new double[rows.width()];
      for (long r = 0; r < rows.rows(); r++) {
        for (int i = 0; i < row.length; i++) {
          row[i] = InverseSampling.uniform(random) < rate ? 0 : 1;
        }
        rows.write(r, row);
      }
    }
    return new DropoutMask(new ExpertRows(ones), 1 / (1 - rate));
  }

  /**
   * Multiplies a block by the factor where kept and by 0 elsewhere: hidden values, and in backward their
   * gradients.
   *
   * @param values the rows of the block [n,H]. Modified.
   * @param elementwise of the thread that calls
   */
  public void scale(RowBlock block, RowWindow values, Elementwise elementwise) {
    if (ones != null) {
      RowWindow factors = ones.of(block);
      float single = (float) factor;
      elementwise.apply(
          values.from(),
          values.to(),
          List.of(values.rows(), factors.rows()),
          List.of(values.rows()),
          (double[][] in, double[][] out) -> {
            for (int i = 0; i < out[0].length; i++) {
              out[0][i] = in[0][i] * in[1][i] * factor;
            }
          },
          (float[][] in, float[][] out) -> {
            for (int i = 0; i < out[0].length; i++) {
              out[0][i] = in[0][i] * in[1][i] * single;
            }
          });
    }
  }
}
