package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.internal.Elementwise;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
