package io.github.moe4j.core;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the weight of an assignment is multiplied in.
 *
 * <p>The two differ because experts are not linear. A weight of 0 gives no output with {@link
 * #OUTPUT}, but with {@link #INPUT} what the expert makes of a row of zeros: nothing without biases.
 */
public enum WeightAt {
  /** {@code y[t] = Σ w·expert(x[t])}: nearly all systems, and the default. */
  OUTPUT {
    @Override
    void dispatch(DispatchPlan plan, INDArray x, INDArray xR) {
      Dispatcher.dispatch(plan, x, xR);
    }

    @Override
    void combine(DispatchPlan plan, INDArray yR, INDArray y) {
      Dispatcher.combine(plan, yR, y);
    }

    @Override
    double[] combineBackward(DispatchPlan plan, INDArray dy, INDArray yR, INDArray dyR) {
      return Dispatcher.combineBackward(plan, dy, yR, dyR);
    }

    @Override
    void dispatchBackward(
        DispatchPlan plan, INDArray x, INDArray dxR, INDArray dx, double[] dWeights) {
      Dispatcher.dispatchBackward(plan, dxR, dx);
    }
  },
  /**
   * {@code y[t] = Σ expert(w·x[t])}: Llama 4 ({@code Llama4TextMoe} in {@code
   * transformers/models/llama4}), whose weight is the sigmoid of the logit. Shared experts see x
   * itself.
   */
  INPUT {
    @Override
    void dispatch(DispatchPlan plan, INDArray x, INDArray xR) {
      Dispatcher.dispatchWeighted(plan, x, xR);
    }

    @Override
    void combine(DispatchPlan plan, INDArray yR, INDArray y) {
      Dispatcher.combineUnweighted(plan, yR, y);
    }

    @Override
    double[] combineBackward(DispatchPlan plan, INDArray dy, INDArray yR, INDArray dyR) {
      Dispatcher.combineUnweightedBackward(plan, dy, dyR);
      return new double[plan.rows()];
    }

    @Override
    void dispatchBackward(
        DispatchPlan plan, INDArray x, INDArray dxR, INDArray dx, double[] dWeights) {
      Dispatcher.addWeightGradients(plan, x, dxR, dWeights);
      Dispatcher.combine(plan, dxR, dx);
    }
  };

  /** Fills the rows of the experts. x [T,D] is not modified, xR [R,D] is overwritten. */
  abstract void dispatch(DispatchPlan plan, INDArray x, INDArray xR);

  /** Adds the outputs yR [R,D], which are not modified, to y [T,D]. */
  abstract void combine(DispatchPlan plan, INDArray yR, INDArray y);

  /**
   * Fills the gradients dyR [R,D] of the outputs from dy [T,D].
   *
   * @return the gradient of the weights that flows here, by assignment [R]
   */
  abstract double[] combineBackward(DispatchPlan plan, INDArray dy, INDArray yR, INDArray dyR);

  /** Adds to dx [T,D], and to dWeights [R] the gradient of the weights that flows here. */
  abstract void dispatchBackward(
      DispatchPlan plan, INDArray x, INDArray dxR, INDArray dx, double[] dWeights);
}
