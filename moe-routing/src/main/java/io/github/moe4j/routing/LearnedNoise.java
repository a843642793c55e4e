package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Noise whose size is learned for each token and expert: {@code σ = softplus(x·W_noise) + epsilon}
 * (Shazeer et al. 2017, arXiv 1701.06538, equation 4; {@code noisy_top_k_gating} in tensor2tensor,
 * which adds the epsilon 1e-2 that the paper does not have).
 *
 * <p>A separate gate computes {@code x·W_noise}; its weight starts at zero, so σ starts at {@code
 * ln 2 + epsilon} everywhere. Parameters: those of that gate, {@code weight} [E,D].
 */
public final class LearnedNoise implements NoiseScale {
  /** Keeps the noise from vanishing. */
  private static final double EPSILON = 1e-2;

  /** Numbers that justify a thread. */
  private static final int GRAIN = 4096;

  private final Gate gate;
  private final double epsilon;

  private LearnedNoise(Gate gate, double epsilon) {
    Require.that(
        epsilon >= 0 && Double.isFinite(epsilon), "epsilon must be at least 0 but was %s", epsilon);
    this.gate = gate;
    this.epsilon = epsilon;
  }

  /**
   * New noise with zero weights and epsilon 1e-2.
   *
   * @throws IllegalArgumentException if a size is not positive
   */
  public static LearnedNoise create(int experts, int modelWidth, DataType type) {
    return of(LinearGate.create(experts, modelWidth, type, Initializer.zeros(), 0));
  }

  /** Noise over an existing gate, whose parameters stay the live ones, with epsilon 1e-2. */
  public static LearnedNoise of(Gate gate) {
    return of(gate, EPSILON);
  }

  /**
   * Noise over an existing gate, whose parameters stay the live ones.
   *
   * @param gate computes {@code x·W_noise} [T,E]
   * @param epsilon least σ, at least 0
   * @throws IllegalArgumentException if epsilon is negative or not finite
   */
  public static LearnedNoise of(Gate gate, double epsilon) {
    return new LearnedNoise(gate, epsilon);
  }

  @Override
  public NamedArrays parameters() {
    return gate.parameters();
  }

  @Override
  public void requireFits(int experts, int modelWidth) {
    Require.that(
        gate.experts() == experts && gate.modelWidth() == modelWidth,
        "the noise must be of [E, D] = [%d, %d] but was of [%d, %d]",
        experts,
        modelWidth,
        gate.experts(),
        gate.modelWidth());
  }

  @Override
  public Run at(TokenBatch input, int experts, Arena.Scope scope) {
    GatePass scored = gate.score(input, scope);
    Logits raw = scored.logits();
    return new Run() {
      @Override
      public double[] sigma() {
        double[] sigma = raw.toArray();
        Parallel.ranges(sigma.length, GRAIN, (from, to) -> {
          Softplus.of(sigma, from, to);
          for (int i = from; i < to; i++) {
            sigma[i] += epsilon;
          }
        });
        return sigma;
      }

      @Override
      public void backward(double[] dSigma, INDArray dx, Gradients into) {
        double[] dRaw = raw.toArray();
        for (int i = 0; i < dRaw.length; i++) {
          // The raw scores of padding may be NaN, which must not meet its zero gradient.
          boolean real = input.mask().valid(i / raw.experts());
          dRaw[i] = real ? dSigma[i] * Softplus.slope(dRaw[i]) : 0;
        }
        scored.backward(dRaw, dx, into);
      }
    };
  }
}
