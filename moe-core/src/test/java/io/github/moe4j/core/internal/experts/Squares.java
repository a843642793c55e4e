package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import java.util.ArrayList;
import java.util.List;

/** A hidden function of exact numbers, {@code Σ (p + 1)·v_p²}, that notes how long the arrays of values were. */
class Squares implements HiddenFunction {
  final List<Integer> lengths = new ArrayList<>();

  static double value(double[] projected) {
    double sum = 0;
    for (int p = 0; p < projected.length; p++) {
      sum += (p + 1) * projected[p] * projected[p];
    }
    return sum;
  }

  static double slope(int p, double projected) {
    return 2 * (p + 1) * projected;
  }

  @Override
  public void values(double[][] projected, double[] hidden) {
    lengths.add(hidden.length);
    double[] values = new double[projected.length];
    for (int i = 0; i < hidden.length; i++) {
      for (int p = 0; p < values.length; p++) {
        values[p] = projected[p][i];
      }
      hidden[i] = value(values);
    }
  }

  @Override
  public void values(float[][] projected, float[] hidden) {
    lengths.add(hidden.length);
    double[] values = new double[projected.length];
    for (int i = 0; i < hidden.length; i++) {
      for (int p = 0; p < values.length; p++) {
        values[p] = projected[p][i];
      }
      hidden[i] = (float) value(values);
    }
  }

  @Override
  public void gradients(double[][] projected, double[] dHidden, double[][] dProjected) {
    for (int p = 0; p < projected.length; p++) {
      for (int i = 0; i < dHidden.length; i++) {
        dProjected[p][i] = dHidden[i] * slope(p, projected[p][i]);
      }
    }
  }

  @Override
  public void gradients(float[][] projected, float[] dHidden, float[][] dProjected) {
    for (int p = 0; p < projected.length; p++) {
      for (int i = 0; i < dHidden.length; i++) {
        dProjected[p][i] = (float) (dHidden[i] * slope(p, projected[p][i]));
      }
    }
  }

  @Override
  public Experts networks(NamedArrays arrays, double dropout) {
    throw new UnsupportedOperationException();
  }
}
