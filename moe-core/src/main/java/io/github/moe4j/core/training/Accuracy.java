package io.github.moe4j.core.training;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Rows;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The share of tokens whose largest logit is that of their target. */
public final class Accuracy {
  private Accuracy() {}

  /** {@link #of(INDArray, int[], TokenMask)} where all tokens are real. */
  public static double of(INDArray logits, int[] targets) {
    return of(logits, targets, TokenMask.none(targets.length));
  }

  /**
   * The share of real tokens whose target has the largest logit; ties go to the lowest class. 0 if there
   * are no real tokens.
   *
   * @param logits [T,C], FLOAT or DOUBLE. Not modified.
   * @param targets class of each token [T]; those of padding are not read. Not modified.
   * @throws IllegalArgumentException if shapes do not fit, or a real token's target is not in [0, C)
   */
  public static double of(INDArray logits, int[] targets, TokenMask mask) {
    Require.usable("logits", logits, "the accuracy");
    Require.floating("logits", logits.dataType());
    Require.shape("logits", logits, mask.tokens(), -1);
    Targets.require(targets, mask, logits.size(1));
    if (mask.validTokens() == 0) {
      return 0;
    }
    Rows rows = Rows.of(Contiguous.of(logits));
    double[] row = new double[rows.width()];
    int right = 0;
    for (int t = 0; t < targets.length; t++) {
      if (mask.valid(t)) {
        rows.read(t, row);
        right += largest(row) == targets[t] ? 1 : 0;
      }
    }
    return (double) right / mask.validTokens();
  }

  private static int largest(double[] row) {
    int best = 0;
    for (int c = 1; c < row.length; c++) {
      if (row[c] > row[best]) {
        best = c;
      }
    }
    return best;
  }
}
