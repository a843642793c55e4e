package io.github.moe4j.examples;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.ExpertsProvider;
import io.github.moe4j.core.experts.ExpertsTraits;
import java.util.Map;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Scaling experts by name. */
public final class ScaledProvider implements ExpertsProvider {
  /** For the loader of services. */
  public ScaledProvider() {}

  @Override
  public String name() {
    return "scaled";
  }

  @Override
  public String title() {
    return "a factor for each number of a token";
  }

  @Override
  public String formula() {
    return "scale ⊙ x";
  }

  @Override
  public ExpertsTraits traits() {
    return ExpertsTraits.ofMatrices(1);
  }

  @Override
  public Map<String, ParameterSpec> parameters(ExpertOptions options) {
    long[] shape = {options.experts(), options.modelWidth()};
    return Map.of("scale", ParameterSpec.other(Initializer.normal(1), shape));
  }

  @Override
  public Experts build(ExpertOptions options, Function<String, INDArray> arrays) {
    return new ScaledExperts(arrays.apply("scale"));
  }
}
