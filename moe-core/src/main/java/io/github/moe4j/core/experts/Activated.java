package io.github.moe4j.core.experts;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.internal.experts.HiddenFunction;

/** An activation of a single projection. */
record Activated(Activation activation) implements HiddenFunction {
  @Override
  public void values(double[][] projected, double[] hidden) {
    activation.values(projected[0], hidden);
  }

  @Override
  public void values(float[][] projected, float[] hidden) {
    activation.values(projected[0], hidden);
  }

  @Override
  public void gradients(double[][] projected, double[] dHidden, double[][] dProjected) {
    double[] x = projected[0];
    double[] dx = dProjected[0];
    for (int i = 0; i < dx.length; i++) {
      dx[i] = dHidden[i] * activation.slope(x[i]);
    }
  }

  @Override
  public Experts networks(NamedArrays arrays, double dropout) {
    return FfnExperts.over(this, arrays).withDropout(dropout);
  }

  @Override
  public void gradients(float[][] projected, float[] dHidden, float[][] dProjected) {
    float[] x = projected[0];
    float[] dx = dProjected[0];
    activation.valuesAndSlopes(x, x, dx);
    for (int i = 0; i < dx.length; i++) {
      dx[i] *= dHidden[i];
    }
  }
}
