package io.github.moe4j.core.experts;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.experts.HiddenFunction;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Plain feed-forward experts: {@code down(act(up(x)))}, as in Switch Transformers.
 *
 * <p>Parameters: {@code up.weight} [E,H,D], {@code down.weight} [E,D,H], and with biases {@code
 * up.bias} [E,H], {@code down.bias} [E,D].
 */
public final class FfnExperts implements Experts, HiddenLayer {
  private final GroupedLinear up;
  private final GroupedLinear down;
  private final Activation activation;
  private final HiddenDropout dropout;
  private final ExpertNetwork network;
  private final NamedArrays parameters;

  private FfnExperts(
      GroupedLinear up, GroupedLinear down, Activation activation, HiddenDropout dropout) {
    up.requireFits(down);
    this.up = up;
    this.down = down;
    this.activation = activation;
    this.dropout = dropout;
    this.network =
        new ExpertNetwork(List.of("up"), List.of(up), new Activated(activation), dropout, down);
    NamedArrays.Builder builder = NamedArrays.builder();
    up.addTo(builder, "up");
    down.addTo(builder, "down");
    this.parameters = builder.build();
  }

  /** New experts with weights drawn from a seed; the same seed gives the same bits. */
  public static FfnExperts create(ExpertOptions options, long seed) {
    return of(
        options, ParameterSpec.create(parameterSpecs(options), options.dataType(), seed)::get);
  }

  /**
   * Some of the experts that {@link #create(ExpertOptions, long)} makes, such as those of one rank of a group, with
   * the same bits; only they take memory.
   *
   * @param options of all experts
   * @param numbers which ones, ascending, at least one. Not modified.
   * @throws IllegalArgumentException if the numbers are not ascending in [0, E)
   */
  public static FfnExperts create(ExpertOptions options, long seed, int[] numbers) {
    return of(
        options.withExperts(numbers.length),
        ParameterSpec.create(parameterSpecs(options), options.dataType(), seed, numbers)::get);
  }

  /** The parameters in order. */
  public static Map<String, ParameterSpec> parameterSpecs(ExpertOptions options) {
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    int hidden = options.hiddenWidth();
    GroupedLinear.addSpecs(all, "up", options, hidden, options.modelWidth());
    GroupedLinear.addSpecs(all, "down", options, options.modelWidth(), hidden);
    return all;
  }

  /**
   * Experts over existing arrays, named as in {@link #parameterSpecs}, which become the live
   * parameters.
   */
  public static FfnExperts of(ExpertOptions options, Function<String, INDArray> arrays) {
    return new FfnExperts(
        GroupedLinear.of("up", options, arrays),
        GroupedLinear.of("down", options, arrays),
        options.activation(),
        new HiddenDropout(options.dropout()));
  }

  /**
   * Experts over existing arrays, which become the live parameters.
   *
   * @param up [E,H,D]
   * @param upBias [E,H] or null
   * @param down [E,D,H]
   * @param downBias [E,D] or null
   */
  public static FfnExperts of(
      Activation activation,
      INDArray up,
      @Nullable INDArray upBias,
      INDArray down,
      @Nullable INDArray downBias) {
    return new FfnExperts(
        new GroupedLinear("up", up, upBias),
        new GroupedLinear("down", down, downBias),
        activation,
        HiddenDropout.NONE);
  }

  /** Experts over arrays by the names of their parameters. */
  static FfnExperts over(Activated function, NamedArrays arrays) {
    return new FfnExperts(
        GroupedLinear.of("up", arrays),
        GroupedLinear.of("down", arrays),
        function.activation(),
        HiddenDropout.NONE);
  }

  /**
   * The same experts with shared parameters and dropout of hidden values in training: "expert
   * dropout" of Switch Transformers (arXiv 2101.03961, section 2.4 and table 4, rate 0.4 where all
   * other layers have 0.1).
   *
   * <p>A dropped value becomes 0, the others are multiplied by {@code 1/(1 − rate)}; in evaluation
   * nothing happens. Draws one uniform number per hidden value, row by row, expert by expert,
   * and drops where it is below the rate.
   *
   * @param rate in [0, 1); with 0 nothing is drawn
   * @throws IllegalArgumentException if the rate is not in [0, 1)
   */
  public FfnExperts withDropout(double rate) {
    return new FfnExperts(up, down, activation, new HiddenDropout(rate));
  }

  /** The same networks over changed arrays. */
  FfnExperts withArrays(GroupedLinear.ArrayChange change) {
    return new FfnExperts(
        up.withArrays("up", change), down.withArrays("down", change), activation, dropout);
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
