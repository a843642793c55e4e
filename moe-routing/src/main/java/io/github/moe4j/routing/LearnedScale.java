package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Vectors;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Noise whose size is learned but the same for all tokens: {@code σ_e = softplus(scale_e)}, one
 * number for each expert or one for all.
 *
 * <p>The softplus keeps σ above 0. The scale starts at 0, so σ starts at
 * {@code ln 2}. Parameters: {@code scale} [E] or [1].
 */
public final class LearnedScale implements NoiseScale {
  private final INDArray scale;
  private final NamedArrays parameters;

  private LearnedScale(INDArray scale) {
    Require.shape("scale", scale, -1);
    Require.that(scale.length() >= 1, "scale must have at least 1 number but had none");
    this.scale = scale;
    this.parameters = NamedArrays.builder().add("scale", scale).build();
  }

  /**
   * A new scale for all experts together, 0.
   *
   * @throws IllegalArgumentException if the type is not FLOAT or DOUBLE
   */
  public static LearnedScale create(DataType type) {
    return of(Allocate.zeros(Require.floating("type", type), 1));
  }

  /**
   * New scales, one for each expert, all 0.
   *
   * @throws IllegalArgumentException if there are no experts, or the type is not FLOAT or DOUBLE
   */
  public static LearnedScale perExpert(int experts, DataType type) {
    Require.positive("experts", experts);
    return of(Allocate.zeros(Require.floating("type", type), experts));
  }

  /**
   * Scales in an existing array, which becomes the live parameter.
   *
   * @param scale [E] or [1]
   * @throws IllegalArgumentException if the array is empty or not a vector
   */
  public static LearnedScale of(INDArray scale) {
    return new LearnedScale(scale);
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public void requireFits(int experts, int modelWidth) {
    Require.that(
        scale.length() == 1 || scale.length() == experts,
        "scale must have 1 or E = %d numbers but had %d",
        experts,
        scale.length());
  }

  @Override
  public Run at(TokenBatch input, int experts, Arena.Scope scope) {
    double[] raw = Vectors.read(scale);
    int size = TokenScores.size(input.tokens(), experts);
    return new Run() {
      @Override
      public double[] sigma() {
        double[] sigma = new double[size];
        for (int i = 0; i < size; i++) {
          sigma[i] = Softplus.of(raw[place(i)]);
        }
        return sigma;
      }

      @Override
      public void backward(double[] dSigma, INDArray dx, Gradients into) {
        double[] sums = new double[raw.length];
        for (int i = 0; i < size; i++) {
          sums[place(i)] += dSigma[i];
        }
        for (int e = 0; e < raw.length; e++) {
          sums[e] *= Softplus.slope(raw[e]);
        }
        into.ifPresent("scale", target -> Vectors.add(target, sums));
      }

      private int place(int i) {
        return raw.length == 1 ? 0 : i % experts;
      }
    };
  }
}
