package io.github.moe4j.models.layout;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.LinearGate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The arrays of one layer by the names of its parameters, and the parts made of them. */
class LayerArrays {
  private final Map<String, INDArray> arrays = new LinkedHashMap<>();

  void put(String name, INDArray array) {
    arrays.put(name, array);
  }

  Set<String> names() {
    return arrays.keySet();
  }

  /** All of them. */
  NamedArrays named() {
    NamedArrays.Builder all = NamedArrays.builder();
    arrays.forEach(all::add);
    return all.build();
  }

  INDArray get(String name) {
    INDArray array = arrays.get(name);
    if (array == null) {
      throw new LayoutException("the layer must have a parameter %s but lacks it", name);
    }
    return array;
  }

  private @Nullable INDArray find(String name) {
    return arrays.get(name);
  }

  /** The gate, with a bias if there is one. */
  LinearGate gate() {
    INDArray bias = find("router.bias");
    INDArray weight = get("router.weight");
    return bias == null ? LinearGate.of(weight) : LinearGate.of(weight, bias);
  }

  /** The routed experts if they are gated, with biases if there are some. */
  Experts glu(Activation activation) {
    return gated(arrays -> arrays.glu(activation, "experts."));
  }

  /** The routed experts if they are gated by a clamped SwiGLU, with biases if there are some. */
  Experts glu(ClampedSwiGlu swiGlu) {
    return gated(arrays -> arrays.glu(Glu.of(swiGlu), "experts."));
  }

  /** The routed experts if they are plain, with biases if there are some, and dropout in training. */
  Experts ffn(Activation activation, double dropout) {
    return plain(arrays -> FfnExperts.of(
            activation,
            arrays.get("experts.up.weight"),
            arrays.find("experts.up.bias"),
            arrays.get("experts.down.weight"),
            arrays.find("experts.down.bias"))
        .withDropout(dropout));
  }

  /** Gated experts that a function makes of their arrays. */
  Experts gated(Function<LayerArrays, GluExperts> made) {
    return made.apply(this);
  }

  /** Plain experts that a function makes of their arrays. */
  Experts plain(Function<LayerArrays, FfnExperts> made) {
    return made.apply(this);
  }

  /** The shared expert, behind its own gate if there is one. */
  DenseFeedForward shared(Activation activation) {
    GluExperts network = sharedNetwork(activation);
    INDArray gate = find("shared.gate.weight");
    return gate == null ? DenseFeedForward.of(network) : DenseFeedForward.gated(network, gate);
  }

  /** The same with a clamped combination, without gate. */
  DenseFeedForward shared(ClampedSwiGlu swiGlu) {
    return DenseFeedForward.of(glu(Glu.of(swiGlu), "shared.network."));
  }

  /** The network of the shared expert. */
  GluExperts sharedNetwork(Activation activation) {
    return glu(activation, "shared.network.");
  }

  /** Gated experts whose parameters begin so. */
  GluExperts glu(Activation activation, String prefix) {
    return glu(Glu.of(activation), prefix);
  }

  private GluExperts glu(Glu glu, String prefix) {
    return glu.over(
        get(prefix + "gate.weight"),
        find(prefix + "gate.bias"),
        get(prefix + "up.weight"),
        find(prefix + "up.bias"),
        get(prefix + "down.weight"),
        find(prefix + "down.bias"));
  }

  /** Gated experts over their arrays. */
  @FunctionalInterface
  private interface Glu {
    GluExperts over(
        INDArray gate,
        @Nullable INDArray gateBias,
        INDArray up,
        @Nullable INDArray upBias,
        INDArray down,
        @Nullable INDArray downBias);

    static Glu of(Activation activation) {
      return (gate, gateBias, up, upBias, down, downBias) ->
          GluExperts.of(activation, gate, gateBias, up, upBias, down, downBias);
    }

    static Glu of(ClampedSwiGlu swiGlu) {
      return (gate, gateBias, up, upBias, down, downBias) ->
          GluExperts.of(swiGlu, gate, gateBias, up, upBias, down, downBias);
    }
  }
}
