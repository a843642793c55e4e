package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.Require;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Noisy top-k gating (Shazeer et al. 2017, arXiv 1701.06538, equations 3 to 5; {@code
 * noisy_top_k_gating} in tensor2tensor).
 *
 * <p>In training {@code noisy = clean + σ·N(0,1)}, where {@code clean} are the gate's scores and σ
 * comes from a {@link NoiseScale}; the k experts with the largest noisy scores are chosen and
 * weighted from the noisy scores as in {@link TopK}: {@code TopK.of(k)} is the paper's softmax
 * over the chosen, {@code TopK.unnormalized(k)} V-MoE's weights. In evaluation there is no noise.
 * One normal number is drawn for each token and expert, token after token, padding included.
 *
 * <p>The decision's logits are the clean scores. Its distribution is that of the noisy ones in
 * training (davidmrau/mixture-of-experts; V-MoE's importance loss reads the clean softmax). In
 * training with k &lt; E it also has selection probabilities, the smooth load that a load loss
 * reads: {@code Φ((clean_i − threshold_i)/σ_i)} with the threshold of {@link LoadThreshold}
 * (equations 8 and 9), with gradients through clean scores, σ and threshold. They are computed
 * lazily.
 *
 * <p>At perfect balance every expert gets {@code T·K/E} tokens. Ties go to the lowest expert index.
 * Training with k = 1 needs unnormalized weights, as {@link TopK} does. Learned: the gate and the
 * noise scale. Parameters: the gate's, and {@code noise.…} if the noise scale has some.
 */
public final class NoisyTopK implements Router {
  /** Scores that justify a thread. */
  private static final int GRAIN = 16_384;

  private final Gate gate;
  private final NoiseScale noise;
  private final TopK topK;
  private final LoadThreshold threshold;
  private final NamedArrays parameters;

  private NoisyTopK(Gate gate, NoiseScale noise, TopK topK, LoadThreshold threshold) {
    topK.requireFits(gate.experts());
    noise.requireFits(gate.experts(), gate.modelWidth());
    this.gate = gate;
    this.noise = noise;
    this.topK = topK;
    this.threshold = threshold;
    NamedArrays.Builder all = NamedArrays.builder();
    gate.parameters().forEach(all::add);
    this.parameters = all.addAll("noise", noise.parameters()).build();
  }

  /**
   * A router composed of parts.
   *
   * @throws IllegalArgumentException if their sizes differ
   */
  public static NoisyTopK of(Gate gate, NoiseScale noise, TopK topK) {
    return new NoisyTopK(gate, noise, topK, LoadThreshold.NOISY_LOGITS);
  }

  /**
   * The paper's router with new parameters: softmax over the chosen, noise learned for each token,
   * and all weights zero, so that noise alone decides at first (appendix A).
   *
   * @param k choices per token, 2 ≤ k ≤ E (1 if there is one expert)
   * @throws IllegalArgumentException if a size is not positive, or k exceeds E
   */
  public static NoisyTopK create(int experts, int modelWidth, int k, DataType type) {
    return of(
        LinearGate.create(experts, modelWidth, type, Initializer.zeros(), 0),
        LearnedNoise.create(experts, modelWidth, type),
        TopK.of(k));
  }

  /** The same router with another threshold in its selection probabilities. */
  public NoisyTopK withThreshold(LoadThreshold newThreshold) {
    return new NoisyTopK(gate, noise, topK, newThreshold);
  }

  @Override
  public int experts() {
    return gate.experts();
  }

  @Override
  public int modelWidth() {
    return gate.modelWidth();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public RouterPass route(TokenBatch input, Arena.Scope scope) {
    GatePass scored = gate.score(input, scope);
    topK.requireUsable(experts(), input); // before anything is drawn
    return new Pass(input, scored, input.isTraining() ? new Noise(input, scope) : null);
  }

  /** The noise of one pass. */
  private final class Noise {
    final NoiseScale.Run scale;
    final double[] sigma;
    final double[] normal;

    Noise(TokenBatch input, Arena.Scope scope) {
      RandomGenerator random = input.requireGenerator("noisy top-k");
      scale = noise.at(input, experts(), scope);
      sigma = scale.sigma();
      int size = TokenScores.size(input.tokens(), experts());
      Require.that(
          sigma.length == size, "σ must have T·E = %d values but had %d", size, sigma.length);
      normal = InverseSampling.normals(random, size);
    }

    Logits on(Logits clean, TokenBatch input) {
      double[] noisy = clean.toArray();
      Parallel.ranges(noisy.length, GRAIN, (from, to) -> {
        for (int i = from; i < to; i++) {
          noisy[i] += sigma[i] * normal[i];
        }
      });
      return Logits.wrap(noisy, experts(), input.mask());
    }
  }

  /** One routed input. */
  private final class Pass implements RouterPass {
    private final INDArray x;
    private final GatePass scored;
    private final @Nullable Noise drawn;
    private final RulePass ruled;
    private final @Nullable SmoothLoad load;
    private final RouterDecision decision;

    Pass(TokenBatch input, GatePass scored, @Nullable Noise drawn) {
      this.x = input.x();
      this.scored = scored;
      this.drawn = drawn;
      Logits clean = scored.logits();
      Logits noisy = drawn == null ? clean : drawn.on(clean, input);
      this.ruled = topK.apply(noisy, input);
      RouterDecision decided = ruled.decide(input, clean);
      if (drawn == null || topK.k() == experts()) {
        this.load = null;
      } else {
        this.load = new SmoothLoad(clean, noisy, drawn.sigma, topK.k(), threshold, input.mask());
        decided = decided.with(load.values());
      }
      this.decision = decided;
    }

    @Override
    public RouterDecision decision() {
      return decision;
    }

    @Override
    public void backward(RoutingGradient gradient, INDArray dx, Gradients into) {
      double[] dClean = gradient.orZero(Kind.LOGITS, decision);
      PassArrays.requireBackward("the router", parameters, x, dx, into);
      double[] dNoisy = new double[dClean.length];
      double[] dSigma = new double[dClean.length];
      ruled.backward(gradient, dNoisy, into);
      if (load != null) {
        gradient
            .of(Kind.SELECTION)
            .ifPresent(dLoad -> load.backward(dLoad, dClean, dNoisy, dSigma));
      }
      for (int i = 0; i < dClean.length; i++) {
        dClean[i] += dNoisy[i];
      }
      if (drawn != null) {
        for (int i = 0; i < dSigma.length; i++) {
          dSigma[i] += dNoisy[i] * drawn.normal[i];
        }
        drawn.scale.backward(dSigma, dx, into.part("noise"));
      }
      scored.backward(dClean, dx, into);
    }
  }
}
