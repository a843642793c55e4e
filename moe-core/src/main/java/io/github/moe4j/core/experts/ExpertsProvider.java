package io.github.moe4j.core.experts;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.catalogue.CatalogueEntry;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.Require;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A kind of experts by name, with the properties that the lab and Deeplearning4j networks need.
 *
 * <p>A provider is a class with a public no-argument constructor, listed in {@code
 * META-INF/services/io.github.moe4j.core.experts.ExpertsProvider}.
 */
public interface ExpertsProvider extends CatalogueEntry {
  /** Its properties. */
  ExpertsTraits traits();

  /** Its parameters in order, by their names in the experts. */
  Map<String, ParameterSpec> parameters(ExpertOptions options);

  /**
   * The experts over given arrays.
   *
   * @param options sizes; a kind with a fixed activation ignores that of the options
   * @param arrays parameters by name, which become the live ones
   * @throws IllegalArgumentException if the kind does not support these sizes
   */
  Experts build(ExpertOptions options, Function<String, INDArray> arrays);

  /**
   * Experts with new parameters; the same seed gives the same bits.
   *
   * @throws IllegalArgumentException if the kind does not support these sizes
   */
  default Experts create(ExpertOptions options, long seed) {
    requireFits(options);
    NamedArrays arrays = ParameterSpec.create(parameters(options), options.dataType(), seed);
    return build(options, arrays::get);
  }

  /**
   * Some of the experts that {@link #create(ExpertOptions, long)} makes, such as those of one rank of a group, with the
   * same bits; only they take memory.
   *
   * @param options of all experts
   * @param numbers which ones, ascending, at least one. Not modified.
   * @throws IllegalArgumentException if the kind does not support these sizes or has experts of several kinds, or the
   *     numbers are not ascending in [0, E)
   */
  default Experts create(ExpertOptions options, long seed, int[] numbers) {
    requireFits(options);
    Map<String, ParameterSpec> specs = parameters(options);
    specs.forEach((parameter, spec) -> Require.that(
        traits().leastExperts() == 1 && spec.shape().get(0) == options.experts(),
        "experts of %s must be of one kind to create some of them, but %s is %s",
        name(),
        parameter,
        spec.shape()));
    NamedArrays arrays = ParameterSpec.create(specs, options.dataType(), seed, numbers);
    return build(options.withExperts(numbers.length), arrays::get);
  }

  /**
   * Checks the number of experts.
   *
   * @throws IllegalArgumentException if there are fewer than the kind needs
   */
  default void requireFits(ExpertOptions options) {
    Require.that(
        options.experts() >= traits().leastExperts(),
        "%s needs at least %d experts but had %d",
        name(),
        traits().leastExperts(),
        options.experts());
  }
}
