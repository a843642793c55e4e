package io.github.moe4j.dl4j;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertsCatalogue;
import io.github.moe4j.core.experts.ExpertsProvider;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.experts.HiddenLayer;
import java.io.Serializable;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A kind of experts of {@link ExpertsCatalogue}, user-defined ones included, and their width.
 *
 * @param kind name in the catalogue
 * @param hidden width H
 * @param biases whether the projections have biases
 * @param dropout rate of hidden values dropped in training, in [0, 1)
 */
public record ExpertSpec(
    @JsonProperty("kind") String kind,
    @JsonProperty("hidden") int hidden,
    @JsonProperty("biases") boolean biases,
    @JsonProperty("dropout") double dropout)
    implements Serializable {

  /**
   * Checks the kind and the sizes.
   *
   * @throws IllegalArgumentException if the kind is unknown, includes a shared expert, or a size or rate is out of
   *     range
   */
  @JsonCreator
  public ExpertSpec {
    Require.positive("hidden", hidden);
    Require.that(
        dropout >= 0 && dropout < 1, "expert dropout must be in [0, 1) but was %s", dropout);
    Require.that(
        !ExpertsCatalogue.load().get(kind).traits().shared(),
        "experts of kind %s include a shared expert:"
            + " use the kind without it, and sharedExpert",
        kind);
  }

  /** Experts of a kind, without biases. */
  public static ExpertSpec of(String kind, int hidden) {
    return new ExpertSpec(kind, hidden, false, 0);
  }

  /**
   * The kind and width of experts, without their parameters.
   *
   * @param experts Not modified.
   * @throws IllegalArgumentException if no kind of the catalogue is like them
   */
  public static ExpertSpec of(Experts experts) {
    String kind = ExpertsCatalogue.nameOf(experts)
        .orElseThrow(() -> new IllegalArgumentException("no kind of the catalogue has experts like "
            + experts.getClass().getSimpleName()
            + (experts instanceof HiddenLayer layer ? " with " + layer.hiddenFunction() : "")));
    HiddenLayer layer = (HiddenLayer) experts;
    Set<String> names = experts.parameters().names();
    long biases = names.stream().filter(name -> name.endsWith(".bias")).count();
    Require.that(
        biases == 0 || 2 * biases == names.size(),
        "experts must have a bias of every projection or none but have %s",
        names);
    int hidden = Math.toIntExact(experts.parameters().get("up.weight").size(1));
    return new ExpertSpec(kind, hidden, biases > 0, layer.hiddenDropout());
  }

  /** SwiGLU without biases. */
  public static ExpertSpec swiGlu(int hidden) {
    return of(ExpertsCatalogue.gated(Activation.SILU), hidden);
  }

  /** A plain network with biases. */
  public static ExpertSpec ffn(int hidden, Activation activation) {
    return of(ExpertsCatalogue.plain(activation), hidden).withBiases(true);
  }

  /** The same with or without biases. */
  public ExpertSpec withBiases(boolean other) {
    return new ExpertSpec(kind, hidden, other, dropout);
  }

  /** The same with dropout of hidden values in training. */
  public ExpertSpec withDropout(double rate) {
    return new ExpertSpec(kind, hidden, biases, rate);
  }

  private ExpertsProvider provider() {
    return ExpertsCatalogue.load().get(kind);
  }

  /** Throws unless the kind can be of so many experts. */
  void requireFits(int experts) {
    provider().requireFits(options(experts, 1, DataType.FLOAT));
  }

  Map<String, ParameterSpec> parameters(int experts, int width) {
    return provider().parameters(options(experts, width, DataType.FLOAT));
  }

  /**
   * The experts over given arrays.
   *
   * @param type of the arrays
   */
  Experts build(int experts, int width, DataType type, Function<String, INDArray> arrays) {
    return provider().build(options(experts, width, type), arrays);
  }

  private ExpertOptions options(int experts, int width, DataType type) {
    return ExpertOptions.of(experts, width, hidden)
        .withBiases(biases)
        .withDropout(dropout)
        .withDataType(type);
  }
}
