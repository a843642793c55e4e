package io.github.moe4j.core.soft;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassGuard;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Vectors;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Soft Mixture of Experts (Puigcerver et al. 2023, arXiv 2308.00951, algorithm 1; {@code
 * projects/soft_moe} in google-research/vmoe; lucidrains/soft-moe-pytorch): no token is routed, each
 * expert processes S learned mixtures of all tokens of a sequence, its slots.
 *
 * <p>For the tokens n of one sequence and the slots s of expert e:
 *
 * <pre>{@code
 * logits[n,es] = <normal(x[n]), normal(slot[es])>
 * input[es]    = Σ_n softmax over n of logits[n,es] · x[n]
 * y[n]         = Σ_es softmax over es of logits[n,es] · expert_e(input[es])
 * }</pre>
 *
 * <p>Everything is differentiable, nothing is dropped and the load is balanced by
 * construction. Every token of a sequence, later ones included, changes the output of
 * every other: not for decoders.
 *
 * <p>A padding token does not contribute to slots; its own output: {@link SoftMoeOptions.PaddedOutput}. No
 * noise is added to the logits.
 *
 * <p>Parameters: {@code slots} [E,S,D]; {@code norm.gamma} and {@code slotNorm.gamma} [D] with
 * {@link SlotNormalization#RMS} and {@link SlotNormalization#LAYER_NORM}; {@code scale} [1] with
 * {@link SlotNormalization#L2_SCALED}; {@code experts.…}. All are learned.
 */
public final class SoftMoe implements FeedForward {
  private final Experts experts;
  private final INDArray slots;
  private final SoftMoeOptions options;
  private final @Nullable INDArray gamma;
  private final @Nullable INDArray slotGamma;
  private final @Nullable INDArray scale;
  private final Arena arena;
  private final NamedArrays parameters;

  private SoftMoe(Experts experts, INDArray slots, SoftMoeOptions options) {
    Require.shape("slots", slots, experts.experts(), -1, experts.modelWidth());
    Require.that(slots.size(1) >= 1, "slots of an expert must be at least 1 but were 0");
    Require.type("slots", slots, experts.dataType());
    this.experts = experts;
    this.slots = slots;
    this.options = options;
    SlotNormalization kind = options.normalization();
    this.gamma = kind.hasGamma() ? ones(experts.modelWidth()) : null;
    this.slotGamma = kind.hasGamma() ? ones(experts.modelWidth()) : null;
    this.scale = kind == SlotNormalization.L2_SCALED ? ones(1) : null;
    this.arena = new Arena();
    this.parameters = collect();
  }

  /** The same layer with memory from another arena. */
  private SoftMoe(SoftMoe other, Arena arena) {
    this.experts = other.experts;
    this.slots = other.slots;
    this.options = other.options;
    this.gamma = other.gamma;
    this.slotGamma = other.slotGamma;
    this.scale = other.scale;
    this.arena = arena;
    this.parameters = other.parameters;
  }

  private INDArray ones(int length) {
    INDArray ones = Allocate.zeros(experts.dataType(), length);
    ones.assign(1);
    return ones;
  }

  private NamedArrays collect() {
    NamedArrays.Builder builder = NamedArrays.builder().add("slots", slots);
    if (gamma != null && slotGamma != null) {
      builder.add("norm.gamma", gamma).add("slotNorm.gamma", slotGamma);
    }
    if (scale != null) {
      builder.add("scale", scale);
    }
    return builder.addAll("experts", experts.parameters()).build();
  }

  /**
   * A layer over existing slots, which become a live parameter.
   *
   * @param slots [E,S,D]
   * @throws IllegalArgumentException if the slots do not fit the experts
   */
  public static SoftMoe of(Experts experts, INDArray slots, SoftMoeOptions options) {
    return new SoftMoe(experts, slots, options);
  }

  /**
   * A layer with new slots, normal with standard deviation 1/√D; the same seed gives the same bits.
   *
   * @param slotsPerExpert S; a layer costs about as much as a dense one when E·S is the length of a
   *     sequence
   * @throws IllegalArgumentException if the number of slots is not positive
   */
  public static SoftMoe create(
      Experts experts, int slotsPerExpert, SoftMoeOptions options, long seed) {
    Require.positive("slotsPerExpert", slotsPerExpert);
    INDArray slots = Initializer.normal(1 / Math.sqrt(experts.modelWidth()))
        .create(
            experts.dataType(),
            new SplittableRandom(seed),
            experts.experts(),
            slotsPerExpert,
            experts.modelWidth());
    return new SoftMoe(experts, slots, options);
  }

  /** The same layer with shared parameters, and memory from the given arena. */
  public SoftMoe withArena(Arena shared) {
    return new SoftMoe(this, shared);
  }

  @Override
  public int modelWidth() {
    return experts.modelWidth();
  }

  @Override
  public DataType dataType() {
    return experts.dataType();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  /** Sizes and type, such as {@code Soft MoE: 8 experts, 4 slots of each, width 64, FLOAT, 66048 parameters}. */
  @Override
  public String toString() {
    return "Soft MoE: %d experts, %d slots of each, width %d, %s, %d parameters"
        .formatted(experts.experts(), slots.size(1), modelWidth(), dataType(), parameters.count());
  }

  @Override
  public FeedForwardPass forward(TokenBatch input, INDArray y) {
    return PassGuard.forward(
        SoftMoePass.NAME, this, input, y, arena, scope -> new SoftMoePass(this, input, y, scope));
  }

  Experts experts() {
    return experts;
  }

  SoftMoeOptions options() {
    return options;
  }

  /** Slots of an expert S. */
  int slotsPerExpert() {
    return Math.toIntExact(slots.size(1));
  }

  /** The slots, or their gradient, as a matrix [E·S,D] over the same memory. */
  INDArray asMatrix(INDArray array) {
    return array.reshape('c', array.size(0) * array.size(1), array.size(2));
  }

  /** What normalized tokens are multiplied by [D]. */
  double[] tokenFactors() {
    return gamma == null ? filled(1) : Vectors.read(gamma);
  }

  /** What normalized slots are multiplied by [D]. */
  double[] slotFactors() {
    if (slotGamma != null) {
      return Vectors.read(slotGamma);
    }
    return filled(scale == null ? 1 : Vectors.read(scale)[0]);
  }

  /** Adds the gradients of the factors [D] to those of the parameters that they are made of. */
  void addFactorGradients(double[] dTokenFactors, double[] dSlotFactors, Gradients into) {
    if (gamma != null) {
      into.ifPresent("norm.gamma", target -> Vectors.add(target, dTokenFactors));
      into.ifPresent("slotNorm.gamma", target -> Vectors.add(target, dSlotFactors));
    }
    if (scale != null) {
      double sum = Arrays.stream(dSlotFactors).sum();
      into.ifPresent("scale", target -> Vectors.add(target, new double[] {sum}));
    }
  }

  private double[] filled(double value) {
    double[] values = new double[modelWidth()];
    Arrays.fill(values, value);
    return values;
  }
}
