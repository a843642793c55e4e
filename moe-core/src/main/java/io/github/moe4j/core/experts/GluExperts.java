package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Gated feed-forward experts: {@code down(act(gate(x)) ⊙ up(x))} (Shazeer 2020, arXiv 2002.05202,
 * equation 6; SwiGLU with SiLU, as in Mixtral), or with the {@link ClampedSwiGlu} of gpt-oss between
 * the projections.
 *
 * <p>Parameters: {@code gate.weight} and {@code up.weight} [E,H,D], {@code down.weight} [E,D,H],
 * and with biases {@code gate.bias} and {@code up.bias} [E,H], {@code down.bias} [E,D].
 */
public final class GluExperts implements Experts, HiddenLayer {
  private final GroupedLinear gate;
  private final GroupedLinear up;
  private final GroupedLinear down;
  private final GluCombination combination;
  private final HiddenDropout dropout;
  private final ExpertNetwork network;
  private final NamedArrays parameters;

  private GluExperts(
      GroupedLinear gate,
      GroupedLinear up,
      GroupedLinear down,
      GluCombination combination,
      HiddenDropout dropout) {
    Require.that(
        gate.experts() == up.experts() && gate.in() == up.in() && gate.out() == up.out(),
        "gate [%d, %d, %d] and up [%d, %d, %d] must have one shape",
        gate.experts(),
        gate.out(),
        gate.in(),
        up.experts(),
        up.out(),
        up.in());
    up.requireFits(down);
    this.gate = gate;
    this.up = up;
    this.down = down;
    this.combination = combination;
    this.dropout = dropout;
    this.network =
        new ExpertNetwork(List.of("gate", "up"), List.of(gate, up), combination, dropout, down);
    NamedArrays.Builder builder = NamedArrays.builder();
    gate.addTo(builder, "gate");
    up.addTo(builder, "up");
    down.addTo(builder, "down");
    this.parameters = builder.build();
  }

  /** New experts with weights drawn from a seed; the same seed gives the same bits. */
  public static GluExperts create(ExpertOptions options, long seed) {
    return draw(new ActivatedGate(options.activation()), options, seed);
  }

  /**
   * The same with the combination of gpt-oss.
   *
   * @param options whose activation must be SiLU, the default: the combination has its own
   * @throws IllegalArgumentException if the activation is not SiLU
   */
  public static GluExperts create(ClampedSwiGlu swiGlu, ExpertOptions options, long seed) {
    requireSilu(options);
    return draw(swiGlu, options, seed);
  }

  /**
   * Some of the experts that {@link #create(ExpertOptions, long)} makes, such as those of one rank of a group, with
   * the same bits; only they take memory.
   *
   * @param options of all experts
   * @param numbers which ones, ascending, at least one. Not modified.
   * @throws IllegalArgumentException if the numbers are not ascending in [0, E)
   */
  public static GluExperts create(ExpertOptions options, long seed, int[] numbers) {
    return draw(new ActivatedGate(options.activation()), options, seed, numbers);
  }

  /**
   * Some of the experts that {@link #create(ClampedSwiGlu, ExpertOptions, long)} makes, such as those of one rank of a group, with
   * the same bits; only they take memory.
   *
   * @param options of all experts, whose activation must be SiLU
   * @param numbers which ones, ascending, at least one. Not modified.
   * @throws IllegalArgumentException if the numbers are not ascending in [0, E), or the activation is not SiLU
   */
  public static GluExperts create(
      ClampedSwiGlu swiGlu, ExpertOptions options, long seed, int[] numbers) {
    requireSilu(options);
    return draw(swiGlu, options, seed, numbers);
  }

  private static void requireSilu(ExpertOptions options) {
    Require.that(
        options.activation() == Activation.SILU,
        "activation with ClampedSwiGlu must be SILU but was %s",
        options.activation());
  }

  private static GluExperts draw(
      GluCombination combination, ExpertOptions options, long seed, int[] numbers) {
    return over(
        combination,
        options.withExperts(numbers.length),
        ParameterSpec.create(parameterSpecs(options), options.dataType(), seed, numbers)::get);
  }

  private static GluExperts draw(GluCombination combination, ExpertOptions options, long seed) {
    return over(
        combination,
        options,
        ParameterSpec.create(parameterSpecs(options), options.dataType(), seed)::get);
  }

  /** The parameters in order. */
  public static Map<String, ParameterSpec> parameterSpecs(ExpertOptions options) {
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    int hidden = options.hiddenWidth();
    GroupedLinear.addSpecs(all, "gate", options, hidden, options.modelWidth());
    GroupedLinear.addSpecs(all, "up", options, hidden, options.modelWidth());
    GroupedLinear.addSpecs(all, "down", options, options.modelWidth(), hidden);
    return all;
  }

  /**
   * Experts with the options' activation over existing arrays by the names of {@link
   * #parameterSpecs}, which become the live parameters.
   */
  public static GluExperts of(ExpertOptions options, Function<String, INDArray> arrays) {
    return over(new ActivatedGate(options.activation()), options, arrays);
  }

  static GluExperts over(
      GluCombination combination, ExpertOptions options, Function<String, INDArray> arrays) {
    return new GluExperts(
        GroupedLinear.of("gate", options, arrays),
        GroupedLinear.of("up", options, arrays),
        GroupedLinear.of("down", options, arrays),
        combination,
        new HiddenDropout(options.dropout()));
  }

  /** Experts over arrays by the names of their parameters. */
  static GluExperts over(GluCombination combination, NamedArrays arrays) {
    return new GluExperts(
        GroupedLinear.of("gate", arrays),
        GroupedLinear.of("up", arrays),
        GroupedLinear.of("down", arrays),
        combination,
        HiddenDropout.NONE);
  }

  /**
   * Experts over existing arrays, which become the live parameters.
   *
   * @param gate [E,H,D]
   * @param gateBias [E,H] or null
   * @param up [E,H,D]
   * @param upBias [E,H] or null
   * @param down [E,D,H]
   * @param downBias [E,D] or null
   */
  public static GluExperts of(
      Activation activation,
      INDArray gate,
      @Nullable INDArray gateBias,
      INDArray up,
      @Nullable INDArray upBias,
      INDArray down,
      @Nullable INDArray downBias) {
    GluCombination combination = new ActivatedGate(activation);
    return over(combination, gate, gateBias, up, upBias, down, downBias);
  }

  /**
   * Experts with the combination of gpt-oss over existing arrays, which become the live parameters.
   *
   * @param gate [E,H,D]
   * @param gateBias [E,H] or null
   * @param up [E,H,D]
   * @param upBias [E,H] or null
   * @param down [E,D,H]
   * @param downBias [E,D] or null
   */
  public static GluExperts of(
      ClampedSwiGlu swiGlu,
      INDArray gate,
      @Nullable INDArray gateBias,
      INDArray up,
      @Nullable INDArray upBias,
      INDArray down,
      @Nullable INDArray downBias) {
    return over(swiGlu, gate, gateBias, up, upBias, down, downBias);
  }

  /**
   * Experts over the arrays of gpt-oss, in which the rows of gate and up alternate.
   *
   * @param gateUp rows gate, up, gate, up … [E,2H,D]. Not modified: copied into two arrays.
   * @param gateUpBias in the same order [E,2H], or null. Not modified: copied.
   * @param down [E,D,H]; becomes a live parameter
   * @param downBias [E,D] or null; becomes a live parameter
   * @throws IllegalArgumentException if shapes do not match, or the second axis is odd
   */
  public static GluExperts ofInterleaved(
      ClampedSwiGlu swiGlu,
      INDArray gateUp,
      @Nullable INDArray gateUpBias,
      INDArray down,
      @Nullable INDArray downBias) {
    Require.shape("gateUp", gateUp, -1, -1, -1);
    InterleavedGlu weights = InterleavedGlu.split("gateUp", gateUp);
    if (gateUpBias == null) {
      return over(swiGlu, weights.gate(), null, weights.up(), null, down, downBias);
    }
    Require.shape("gateUpBias", gateUpBias, gateUp.size(0), gateUp.size(1));
    InterleavedGlu biases = InterleavedGlu.split("gateUpBias", gateUpBias);
    return over(swiGlu, weights.gate(), biases.gate(), weights.up(), biases.up(), down, downBias);
  }

  private static GluExperts over(
      GluCombination combination,
      INDArray gate,
      @Nullable INDArray gateBias,
      INDArray up,
      @Nullable INDArray upBias,
      INDArray down,
      @Nullable INDArray downBias) {
    return new GluExperts(
        new GroupedLinear("gate", gate, gateBias),
        new GroupedLinear("up", up, upBias),
        new GroupedLinear("down", down, downBias),
        combination,
        HiddenDropout.NONE);
  }

  /**
   * The same experts with shared parameters and dropout of hidden values in training, exactly as
   * {@link FfnExperts#withDropout} does.
   *
   * @param rate in [0, 1); with 0 nothing is drawn
   * @throws IllegalArgumentException if the rate is not in [0, 1)
   */
  public GluExperts withDropout(double rate) {
    return new GluExperts(gate, up, down, combination, new HiddenDropout(rate));
  }

  /** The same networks over changed arrays. */
  GluExperts withArrays(GroupedLinear.ArrayChange change) {
    return new GluExperts(
        gate.withArrays("gate", change),
        up.withArrays("up", change),
        down.withArrays("down", change),
        combination,
        dropout);
  }

  /** For the library's own use. */
  @Override
  public HiddenFunction hiddenFunction() {
    return network.function();
  }

  /** For the library's own use. */
  @Override
  public double hiddenDropout() {
    return dropout.rate();
  }

  /** What the experts consist of. */
  ExpertNetwork network() {
    return network;
  }

  @Override
  public int experts() {
    return up.experts();
  }

  @Override
  public int modelWidth() {
    return up.in();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    return new NetworkPass(network, parameters, xR, expertStart, mode, scope);
  }
}
