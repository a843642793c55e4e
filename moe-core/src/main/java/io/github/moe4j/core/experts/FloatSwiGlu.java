package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.FastSigmoid;

/**
 * {@code silu(gate)·up} of float32 rows, by a sigmoid that is computed for many values at once. A gate
 * below −40 counts as −40, where SiLU is −2e-16.
 */
enum FloatSwiGlu implements GluCombination {
  /** The only one. */
  INSTANCE;

  @Override
  public void values(double[] gate, double[] up, double[] hidden) {
    FastSigmoid.apply(gate, hidden);
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] *= Math.max(-FastSigmoid.LIMIT, gate[i]) * up[i];
    }
  }

  @Override
  public void gradients(
      double[] gate, double[] up, double[] dHidden, double[] dGate, double[] dUp) {
    FastSigmoid.apply(gate, dUp);
    for (int i = 0; i < dHidden.length; i++) {
      double sigmoid = dUp[i];
      double g = Math.max(-FastSigmoid.LIMIT, gate[i]);
      dGate[i] = dHidden[i] * up[i] * (sigmoid * (1 + g * (1 - sigmoid)));
      dUp[i] = dHidden[i] * g * sigmoid;
    }
  }
}
