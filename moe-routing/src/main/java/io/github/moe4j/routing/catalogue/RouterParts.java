package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.ExpertBias;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The components over which a router is built.
 *
 * @param arrays parameters by name, which become the live ones
 * @param bias [E] for routers that read one; unused by others
 * @param seed of anything drawn when the router is built that is not a parameter, such as the
 *     table of hash routing
 */
public record RouterParts(Function<String, INDArray> arrays, ExpertBias bias, long seed) {
  /** The array of a parameter. */
  public INDArray array(String name) {
    return arrays.apply(name);
  }
}
