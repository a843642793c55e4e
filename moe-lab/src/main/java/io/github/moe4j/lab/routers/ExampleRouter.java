package io.github.moe4j.lab.routers;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.catalogue.BiasUse;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterParts;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Routers of examples and benchmarks: the same weights for the same sizes. */
public final class ExampleRouter {
  /** Token ids of the examples lie below. */
  public static final int VOCABULARY = 256;

  private static final String GATE = "weight";
  private static final long GATE_SEED = 7;
  private static final long SEED = 1;

  private ExampleRouter() {}

  /** A router whose gate, if it is linear, has scores of about the size of its input. */
  public static Router create(RouterProvider provider, RouterConfig config, DataType type) {
    double deviation = 1 / Math.sqrt(config.modelWidth());
    INDArray gate = Initializer.normal(deviation)
        .create(type, new SplittableRandom(GATE_SEED), config.experts(), config.modelWidth());
    return create(provider, config, type, gate);
  }

  /** A router whose gate, if it is linear, passes x on as the scores (D = E). */
  static Router ofScores(RouterProvider provider, RouterConfig config, DataType type) {
    Require.that(
        config.experts() == config.modelWidth(),
        "an identity gate needs E = D but had %d and %d",
        config.experts(),
        config.modelWidth());
    return create(provider, config, type, Nd4j.eye(config.experts()).castTo(type));
  }

  private static Router create(
      RouterProvider provider, RouterConfig config, DataType type, INDArray gate) {
    NumberOption.requireKnown(provider.name(), provider.options(), config.options());
    NamedArrays drawn = ParameterSpec.create(provider.parameters(config), type, SEED);
    Map<String, INDArray> arrays = new HashMap<>();
    drawn.forEach((name, array) -> arrays.put(
        name, name.equals(GATE) && Arrays.equals(array.shape(), gate.shape()) ? gate : array));
    return provider.build(
        config, new RouterParts(arrays::get, bias(provider, config.experts()), SEED));
  }

  /** Numbers that work against the slope of the example's scores. */
  private static ExpertBias bias(RouterProvider provider, int experts) {
    double height = provider.traits().bias() == BiasUse.SCORES ? 0.12 : 0.5;
    double[] bias = new double[experts];
    for (int e = 0; e < experts; e++) {
      bias[e] = height * (2.0 * e / Math.max(1, experts - 1) - 1);
    }
    return ExpertBias.of(bias);
  }
}
