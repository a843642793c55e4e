package io.github.moe4j.core;

import io.github.moe4j.core.TokenRows.Factor;
import io.github.moe4j.core.internal.Contiguous;
import io.github.moe4j.core.internal.Require;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Whether the weight of an assignment multiplies the expert's output or its input. Has dispatch
 * of token rows to experts, combine of expert rows to tokens, and their backward.
 *
 * <p>The two differ because experts are not linear. A weight of 0 gives no output with {@link
 * #OUTPUT}, but with {@link #INPUT} the expert's output for a row of zeros, which is zero without biases.
 */
public enum WeightAt {
  /** {@code y[t] = Σ w·expert(x[t])}: nearly all systems, and the default. */
  OUTPUT {
    @Override
    Factor dispatchFactor(DispatchPlan plan) {
      return Factor.ONE;
    }

    @Override
    Factor combineFactor(DispatchPlan plan) {
      return plan::weight;
    }

    @Override
    public double[] combineBackward(DispatchPlan plan, INDArray dy, INDArray yR, INDArray dyR) {
      return TokenRows.copyWithDots(plan, dy, combineFactor(plan), yR, dyR);
    }

    @Override
    public void dispatchBackward(
        DispatchPlan plan, INDArray x, INDArray dxR, INDArray dx, double[] dWeights) {
      TokenRows.add(plan, dxR, dispatchFactor(plan), dx);
    }
  },
  /**
   * {@code y[t] = Σ expert(w·x[t])}: Llama 4 ({@code Llama4TextMoe} in {@code
   * transformers/models/llama4}), whose weight is the sigmoid of the logit. Shared experts see x
   * itself.
   */
  INPUT {
    @Override
    Factor dispatchFactor(DispatchPlan plan) {
      return plan::weight;
    }

    @Override
    Factor combineFactor(DispatchPlan plan) {
      return plan::presence;
    }

    @Override
    public double[] combineBackward(DispatchPlan plan, INDArray dy, INDArray yR, INDArray dyR) {
      TokenRows.copy(plan, dy, combineFactor(plan), dyR);
      return new double[plan.rows()];
    }

    @Override
    public void dispatchBackward(
        DispatchPlan plan, INDArray x, INDArray dxR, INDArray dx, double[] dWeights) {
      TokenRows.addDots(plan, x, dxR, dWeights);
      TokenRows.add(plan, dxR, dispatchFactor(plan), dx);
    }
  };

  /** What a row is multiplied by on its way to the expert. */
  abstract Factor dispatchFactor(DispatchPlan plan);

  /** The factor of a row when combined into its token. */
  abstract Factor combineFactor(DispatchPlan plan);

  /**
   * Fills the rows of the experts.
   *
   * @param x [T,D], contiguous. Not modified.
   * @param xR [R,D] of the same type, contiguous. Modified: overwritten.
   * @throws IllegalArgumentException if shapes do not fit the plan
   */
  public final void dispatch(DispatchPlan plan, INDArray x, INDArray xR) {
    requireFits(plan, "x", x, "xR", xR);
    TokenRows.copy(plan, x, dispatchFactor(plan), xR);
  }

  /**
   * Adds up the rows of each token, zero for a token without any.
   *
   * @param yR [R,D], contiguous. Not modified.
   * @param y [T,D] of the same type, contiguous. Modified: overwritten.
   * @throws IllegalArgumentException if shapes do not fit the plan, or a sum is NaN or infinite
   */
  public final void combine(DispatchPlan plan, INDArray yR, INDArray y) {
    requireFits(plan, "y", y, "yR", yR);
    TokenRows.sum(plan, yR, combineFactor(plan), y);
  }

  /**
   * The backward of {@link #combine}: fills the gradients of the rows.
   *
   * @param dy gradient of the outputs [T,D], contiguous. Not modified.
   * @param yR rows that were combined [R,D], contiguous. Not modified.
   * @param dyR gradient of the rows [R,D], contiguous. Modified: overwritten.
   * @return the gradient of the weights that flows here, by assignment [R]
   */
  public abstract double[] combineBackward(
      DispatchPlan plan, INDArray dy, INDArray yR, INDArray dyR);

  /**
   * The backward of {@link #dispatch}: adds the gradients of the tokens.
   *
   * @param x tokens that were dispatched [T,D], contiguous. Not modified.
   * @param dxR gradient of the rows [R,D], contiguous. Not modified.
   * @param dx gradient of the tokens [T,D], contiguous. Modified: the result is added.
   * @param dWeights gradient of the weights by assignment [R]. Modified: what flows here is added.
   */
  public abstract void dispatchBackward(
      DispatchPlan plan, INDArray x, INDArray dxR, INDArray dx, double[] dWeights);

  private static void requireFits(
      DispatchPlan plan, String tokens, INDArray ofTokens, String rows, INDArray ofRows) {
    Require.shape(tokens, ofTokens, plan.tokens(), -1);
    Require.shape(rows, ofRows, plan.rows(), ofTokens.size(1));
    Require.type(rows, ofRows, ofTokens.dataType());
    Contiguous.require(tokens, ofTokens);
    Contiguous.require(rows, ofRows);
  }
}
