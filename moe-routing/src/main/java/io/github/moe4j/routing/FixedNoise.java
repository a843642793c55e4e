package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Noise of one constant size, {@code σ = std} for every token and expert. Nothing is learned.
 *
 * @param std standard deviation of the noise, above 0
 */
public record FixedNoise(double std) implements NoiseScale {
  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public FixedNoise {
    Require.that(std > 0 && Double.isFinite(std), "std must be above 0 but was %s", std);
  }

  /**
   * {@code σ = noiseStd/E}, as in V-MoE (Riquelme et al. 2021, arXiv 2106.05974, section 2.3;
   * {@code NoisyTopExpertsPerItemRouter} in google-research/vmoe).
   *
   * @param noiseStd 1 in the paper
   * @throws IllegalArgumentException if a number is not positive
   */
  public static FixedNoise vmoe(double noiseStd, int experts) {
    return new FixedNoise(noiseStd / Require.positive("experts", experts));
  }

  /** Noise with a standard deviation. */
  public static FixedNoise of(double std) {
    return new FixedNoise(std);
  }

  @Override
  public NamedArrays parameters() {
    return NamedArrays.none();
  }

  @Override
  public void requireFits(int experts, int modelWidth) {
    Require.positive("experts", experts);
  }

  @Override
  public Run at(TokenBatch input, int experts, Arena.Scope scope) {
    int size = TokenScores.size(input.tokens(), experts);
    return new Run() {
      @Override
      public double[] sigma() {
        double[] sigma = new double[size];
        Arrays.fill(sigma, std);
        return sigma;
      }

      @Override
      public void backward(double[] dSigma, INDArray dx, Gradients into) {
        // A constant passes no gradient on.
      }
    };
  }
}
