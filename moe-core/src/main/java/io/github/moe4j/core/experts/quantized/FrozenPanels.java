package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A projection whose weights lie in panels, unpacked for one expert at a time.
 *
 * @param name of the projection
 * @param weights by expert
 */
record FrozenPanels(String name, List<PanelMatrix> weights) implements FrozenLinear {
  @Override
  public int experts() {
    return weights.size();
  }

  @Override
  public int out() {
    return weights.get(0).out();
  }

  @Override
  public int in() {
    return weights.get(0).in();
  }

  @Override
  public void copy(int expert, Rows target, long first) {
    PanelMatrix matrix = weights.get(expert);
    float[] row = new float[matrix.in()];
    for (int o = 0; o < matrix.out(); o++) {
      matrix.row(o, row);
      target.write(first + o, row);
    }
  }

  @Override
  public double @Nullable [] bias(int expert) {
    return widen(weights.get(expert).bias());
  }

  static double @Nullable [] widen(float @Nullable [] bias) {
    if (bias == null) {
      return null;
    }
    double[] copy = new double[bias.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = bias[i];
    }
    return copy;
  }
}
