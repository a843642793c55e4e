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
 * A kind of experts by name: all that the lab and networks of Deeplearning4j must know to use it.
 *
 * <p>The name of a class with a public constructor without arguments goes into {@code
 * META-INF/services/io.github.moe4j.core.experts.ExpertsProvider}.
 */
public interface ExpertsProvider extends CatalogueEntry {
  /** Its properties. */
  ExpertsTraits traits();

  /** Its parameters in order, by the names that the experts give them. */
  Map<String, ParameterSpec> parameters(ExpertOptions options);

  /**
   * The experts over given arrays.
   *
   * @param options sizes; a kind with an activation of its own does not read that of the options
   * @param arrays parameters by name, which become the live ones
   * @throws IllegalArgumentException if the kind cannot be of these sizes
   */
  Experts build(ExpertOptions options, Function<String, INDArray> arrays);

  /** Experts with new parameters; the same seed gives the same bits. */
  default Experts create(ExpertOptions options, long seed) {
    requireFits(options);
    NamedArrays arrays = ParameterSpec.create(parameters(options), options.dataType(), seed);
    return build(options, arrays::get);
  }

  /** Throws unless it works with so many experts. */
  default void requireFits(ExpertOptions options) {
    Require.that(
        options.experts() >= traits().leastExperts(),
        "%s needs at least %d experts but had %d",
        name(),
        traits().leastExperts(),
        options.experts());
  }
}
