package io.github.moe4j.core.lora;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.MappedExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import io.github.moe4j.core.internal.experts.FrozenNetwork;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Expert networks with a low-rank adapter for each expert's projections, over weights that stay as they are: {@code
 * ŷ = W·x + b + s·B·(A·x)} ({@link LoraOptions}).
 *
 * <p>The networks are {@link GluExperts} or {@link FfnExperts}, or {@link QuantizedExperts} or {@link MappedExperts}, whose
 * weights are then W as they multiply with them, in training too: the pass converts the weight of one expert at a time to
 * float32. With B = 0, as at the start, y
 * has the bits of the networks, but for those of BLAS with quantized weights, whose sums have another order.
 *
 * <p>Parameters: the adapters alone, {@code NAME.loraA} [E,r,in] and {@code NAME.loraB} [E,out,r] for each projection
 * NAME ({@code gate}, {@code up}, {@code down}) that has one. The weights of the networks must not change between a
 * forward and its backward. Several threads may run it at once.
 */
public final class LoraExperts implements Experts {
  private final Experts base;
  private final Map<String, LoraPair> pairs;
  private final LoraNetwork network;
  private final NamedArrays parameters;

  private LoraExperts(Experts base, Map<String, LoraPair> pairs, double dropout) {
    FrozenNetwork frozen = requireNetwork(base);
    LoraOptions.requireDropout(dropout);
    this.base = base;
    this.pairs = Collections.unmodifiableMap(new LinkedHashMap<>(pairs));
    List<LoraLinear> linears = new ArrayList<>();
    NamedArrays.Builder all = NamedArrays.builder();
    for (FrozenLinear linear : frozen.linears()) {
      LoraPair pair = pairs.get(linear.name());
      linears.add(LoraLinear.of(linear, pair, base.dataType()));
      if (pair != null) {
        pair.addTo(all, linear.name() + ".");
      }
    }
    List<String> names = frozen.linears().stream().map(FrozenLinear::name).toList();
    pairs.keySet().forEach(name -> requireOneOf(name, names));
    int last = linears.size() - 1;
    this.network = new LoraNetwork(
        linears.subList(0, last),
        frozen.hiddenFunction(),
        linears.get(last),
        frozen.hiddenDropout(),
        dropout,
        base.dataType());
    this.parameters = all.build();
  }

  /**
   * New adapters of the options' targets among {@link LoraTarget#EXPERT_GATE}, {@link LoraTarget#EXPERT_UP} and {@link
   * LoraTarget#EXPERT_DOWN}.
   *
   * @param base the networks. Kept, never modified.
   * @throws IllegalArgumentException if the networks are of another kind, or have no projection of a target
   */
  public static LoraExperts of(Experts base, LoraOptions options) {
    return of(base, "experts", options, new SplittableRandom(options.seed()));
  }

  /**
   * New adapters of a part of a layer: the options' targets of that part.
   *
   * @param base the networks. Kept, never modified.
   * @param part {@code experts} or {@code shared}
   * @param random source of the initial numbers. Modified.
   * @throws IllegalArgumentException if the networks are of another kind, or have no projection of a target
   */
  public static LoraExperts of(
      Experts base, String part, LoraOptions options, SplittableRandom random) {
    List<FrozenLinear> linears = requireNetwork(base).linears();
    Map<String, LoraPair> pairs = new LinkedHashMap<>();
    List<String> names = linears.stream().map(FrozenLinear::name).toList();
    for (LoraTarget target : LoraTarget.values()) {
      if (options.targets().contains(target) && target.path().startsWith(part + ".")) {
        requireOneOf(target.path().substring(part.length() + 1), names);
      }
    }
    for (FrozenLinear linear : linears) {
      if (options.targets().contains(LoraTarget.of(part, linear.name()))) {
        pairs.put(
            linear.name(),
            LoraPair.create(
                options, base.dataType(), random, linear.experts(), linear.out(), linear.in()));
      }
    }
    return new LoraExperts(base, pairs, options.dropout());
  }

  /**
   * Adapters over existing arrays.
   *
   * @param base the networks. Kept, never modified.
   * @param pairs by projection, A [E,r,in] and B [E,out,r] of the type of the networks' rows; none for networks that are
   *     only frozen. Their arrays become the live parameters.
   * @param dropout rate of adapters' inputs dropped in training
   * @throws IllegalArgumentException if the networks are of another kind, or an adapter does not fit
   */
  public static LoraExperts over(Experts base, Map<String, LoraPair> pairs, double dropout) {
    return new LoraExperts(base, pairs, dropout);
  }

  /** Whether experts are networks that can have adapters. */
  public static boolean supports(Experts base) {
    return base instanceof FrozenNetwork;
  }

  private static FrozenNetwork requireNetwork(Experts base) {
    Require.that(
        supports(base),
        "experts with adapters must be networks of one hidden layer, such as GluExperts, but were %s",
        base.getClass().getSimpleName());
    return (FrozenNetwork) base;
  }

  private static void requireOneOf(String name, List<String> names) {
    Require.that(
        names.contains(name), "an adapter must be of one of %s but was of %s", names, name);
  }

  /** The networks without adapters. */
  public Experts base() {
    return base;
  }

  /** The adapters by projection. */
  public Map<String, LoraPair> pairs() {
    return pairs;
  }

  /** Rate of adapters' inputs dropped in training. */
  public double dropout() {
    return network.dropout();
  }

  /**
   * Networks without adapters that compute the same up to rounding, their weights {@code W + s·B·A}: in float32 over
   * quantized weights, else in the type of the networks. All arrays are new; without adapters it is the networks
   * themselves.
   */
  public Experts merged() {
    if (pairs.isEmpty()) {
      return base;
    }
    NamedArrays.Builder arrays = NamedArrays.builder();
    network.projections().forEach(linear -> add(linear, arrays));
    add(network.down(), arrays);
    return network.function().networks(arrays.build(), network.hiddenDropout());
  }

  private void add(LoraLinear linear, NamedArrays.Builder arrays) {
    String name = linear.base().name();
    arrays.add(name + ".weight", linear.merged(dataType()));
    @Nullable INDArray biases = linear.biases(dataType());
    if (biases != null) {
      arrays.add(name + ".bias", biases);
    }
  }

  @Override
  public int experts() {
    return base.experts();
  }

  @Override
  public int modelWidth() {
    return base.modelWidth();
  }

  @Override
  public DataType dataType() {
    return base.dataType();
  }

  @Override
  public NamedArrays parameters() {
    return parameters;
  }

  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    PassArrays.requireInputs("the experts", parameters, xR);
    NamedArrays frozen = base.parameters();
    frozen.requireUsable("the experts");
    Require.type("xR", xR, dataType());
    return new LoraPass(network, parameters, frozen, xR, expertStart, mode, scope);
  }
}
