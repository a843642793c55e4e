package io.github.moe4j.dl4j;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.dl4j.router.ParameterSpec;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Kind and width of expert networks.
 *
 * @param kind with or without a gate
 * @param hidden width H
 * @param activation of the hidden layer, or of the gate
 * @param biases whether the projections have biases
 * @param dropout rate of hidden values dropped in training, in [0, 1)
 */
public record ExpertSpec(
    @JsonProperty("kind") Kind kind,
    @JsonProperty("hidden") int hidden,
    @JsonProperty("activation") Activation activation,
    @JsonProperty("biases") boolean biases,
    @JsonProperty("dropout") double dropout)
    implements Serializable {

  /** With or without a gate. */
  public enum Kind {
    /** {@code down(act(gate(x)) ⊙ up(x))}; SwiGLU with SiLU. */
    GLU,
    /** {@code down(act(up(x)))}. */
    FFN
  }

  /** Checks the sizes. */
  @JsonCreator
  public ExpertSpec {
    Require.positive("hidden", hidden);
    Require.that(
        dropout >= 0 && dropout < 1, "expert dropout must be in [0, 1) but was %s", dropout);
  }

  /** SwiGLU without biases. */
  public static ExpertSpec swiGlu(int hidden) {
    return new ExpertSpec(Kind.GLU, hidden, Activation.SILU, false, 0);
  }

  /** A plain network with biases. */
  public static ExpertSpec ffn(int hidden, Activation activation) {
    return new ExpertSpec(Kind.FFN, hidden, activation, true, 0);
  }

  /** The same with dropout of hidden values in training. */
  public ExpertSpec withDropout(double rate) {
    return new ExpertSpec(kind, hidden, activation, biases, rate);
  }

  Map<String, ParameterSpec> parameters(int experts, int width) {
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    if (kind == Kind.GLU) {
      projection(all, "gate", experts, hidden, width);
    }
    projection(all, "up", experts, hidden, width);
    projection(all, "down", experts, width, hidden);
    return all;
  }

  private void projection(
      Map<String, ParameterSpec> all, String name, int experts, int out, int in) {
    all.put(name + ".weight", ParameterSpec.weight(experts, out, in));
    if (biases) {
      all.put(name + ".bias", ParameterSpec.bias(experts, out));
    }
  }

  Experts build(Function<String, INDArray> arrays) {
    INDArray up = arrays.apply("up.weight");
    INDArray down = arrays.apply("down.weight");
    if (kind == Kind.FFN) {
      return FfnExperts.of(activation, up, bias(arrays, "up"), down, bias(arrays, "down"))
          .withDropout(dropout);
    }
    INDArray gate = arrays.apply("gate.weight");
    INDArray gateBias = bias(arrays, "gate");
    return GluExperts.of(
            activation, gate, gateBias, up, bias(arrays, "up"), down, bias(arrays, "down"))
        .withDropout(dropout);
  }

  private @Nullable INDArray bias(Function<String, INDArray> arrays, String name) {
    return biases ? arrays.apply(name + ".bias") : null;
  }
}
