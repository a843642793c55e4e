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
