package io.github.moe4j.testkit.mutants;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.testkit.RandomArrays;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts that scale each number of a row, in steps that a mutant replaces: {@code y = scale[e] ⊙ x}, with a scale of
 * {@code scale·(1 + noise)} in training, where each expert draws one number.
 *
 * <p>Parameters: {@code scale} [E,D].
 */
class ExampleExperts implements Experts {
  final INDArray scale;

  ExampleExperts(int experts, int width, DataType type, long seed) {
    this.scale = RandomArrays.normal(type, new SplittableRandom(seed), experts, width);
  }

  @Override
  public final int experts() {
    return (int) scale.size(0);
  }

  @Override
  public int modelWidth() {
    return (int) scale.size(1);
  }

  @Override
  public final NamedArrays parameters() {
    return NamedArrays.builder().add("scale", scale).build();
  }

  /** The expert that a row goes to. */
  int expert(int[] expertStart, int row) {
    int e = 0;
    while (row >= expertStart[e + 1]) {
      e++;
    }
    return e;
  }

  /** What the scales of each expert are multiplied by [E]. */
  double[] noise(PassMode mode) {
    double[] noise = new double[experts()];
    for (int e = 0; e < noise.length; e++) {
      noise[e] = 1 + (mode.isTraining() ? 0.1 * mode.requireGenerator("example").nextDouble() : 0);
    }
    return noise;
  }

  double output(double x, double scale) {
    return x * scale;
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    INDArray y = scope.takeZeros(xR.dataType(), xR.shape());
    double[] noise = noise(mode);
    for (int r = 0; r < xR.size(0); r++) {
      int e = expert(expertStart, r);
      for (int d = 0; d < scale.size(1); d++) {
        y.putScalar(r, d, output(xR.getDouble(r, d), scale.getDouble(e, d) * noise[e]));
      }
    }
    return pass(xR, y, expertStart, noise);
  }

  ExpertsPass pass(INDArray x, INDArray y, int[] expertStart, double[] noise) {
    return new Pass(x, y, expertStart, noise);
  }

  class Pass implements ExpertsPass {
    final INDArray x;
    final INDArray y;
    private final int[] expertStart;
    private final double[] noise;

    Pass(INDArray x, INDArray y, int[] expertStart, double[] noise) {
      this.x = x;
      this.y = y;
      this.expertStart = expertStart;
      this.noise = noise;
    }

    @Override
    public INDArray y() {
      return y;
    }

    @Override
    public void backward(INDArray dyR, INDArray dxR, Gradients into) {
      for (int r = 0; r < x.size(0); r++) {
        int e = expert(expertStart, r);
        for (int d = 0; d < scale.size(1); d++) {
          double dy = dyR.getDouble(r, d) * noise[e];
          addToRow(dxR, r, d, dy * scale.getDouble(e, d));
          addToScale(into, e, d, dy * x.getDouble(r, d));
        }
      }
    }

    void addToRow(INDArray dxR, int r, int d, double value) {
      dxR.putScalar(r, d, dxR.getDouble(r, d) + value);
    }

    void addToScale(Gradients into, int e, int d, double value) {
      into.ifPresent("scale", dS -> dS.putScalar(e, d, dS.getDouble(e, d) + value));
    }
  }
}
