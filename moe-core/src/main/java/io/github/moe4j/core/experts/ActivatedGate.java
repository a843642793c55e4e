package io.github.moe4j.core.experts;

/** {@code act(gate)·up}, the usual combination of a gated network. */
record ActivatedGate(Activation activation) implements GluCombination {
  @Override
  public void values(double[] gate, double[] up, double[] hidden) {
    activation.values(gate, hidden);
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] *= up[i];
    }
  }

  @Override
  public void gradients(
      double[] gate, double[] up, double[] dHidden, double[] dGate, double[] dUp) {
    activation.valuesAndSlopes(gate, dUp, dGate);
    for (int i = 0; i < dHidden.length; i++) {
      dUp[i] *= dHidden[i];
      dGate[i] *= dHidden[i] * up[i];
    }
  }

  @Override
  public void values(float[] gate, float[] up, float[] hidden) {
    activation.values(gate, hidden);
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] *= up[i];
    }
  }

  @Override
  public void gradients(float[] gate, float[] up, float[] dHidden, float[] dGate, float[] dUp) {
    activation.valuesAndSlopes(gate, dUp, dGate);
    for (int i = 0; i < dHidden.length; i++) {
      dUp[i] *= dHidden[i];
      dGate[i] *= dHidden[i] * up[i];
    }
  }
}
