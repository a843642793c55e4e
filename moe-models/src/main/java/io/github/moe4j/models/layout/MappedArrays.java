package io.github.moe4j.models.layout;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.MappedExperts;
import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.experts.quantized.StoredExpert;
import io.github.moe4j.core.internal.Allocate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;

/** The arrays of a layer but for those of its experts, which stay where they are stored. */
final class MappedArrays extends LayerArrays {
  private final List<Place> parameters;
  private final List<StoredExpert> experts;
  private final MappedWeights options;

  /**
   * Without arrays yet.
   *
   * @param parameters of the experts
   * @param experts where they are stored
   */
  MappedArrays(List<Place> parameters, List<StoredExpert> experts, MappedWeights options) {
    this.parameters = parameters;
    this.experts = experts;
    this.options = options;
  }

  @Override
  Experts gated(Function<LayerArrays, GluExperts> made) {
    return MappedExperts.of(made.apply(single()), experts, options);
  }

  @Override
  Experts plain(Function<LayerArrays, FfnExperts> made) {
    return MappedExperts.of(made.apply(single()), experts, options);
  }

  /** Parameters of one number each: of experts that are made of them only the functions matter. */
  private LayerArrays single() {
    LayerArrays arrays = new LayerArrays();
    for (Place parameter : parameters) {
      long[] shape = parameter.axes();
      Arrays.fill(shape, 1);
      arrays.put(parameter.name(), Allocate.zeros(DataType.FLOAT, shape));
    }
    return arrays;
  }
}
