package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.ExpertBias;
import java.util.function.Function;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a router is built from.
 *
 * @param arrays parameters by name, views of the network's vector
 * @param bias selection bias; zero and unused by routers without one
 */
public record RouterParts(Function<String, INDArray> arrays, ExpertBias bias) {

  /** The array of a parameter. */
  public INDArray array(String name) {
    return arrays.apply(name);
  }
}
