package io.github.moe4j.dl4j.router;

import io.github.moe4j.core.Router;
import java.io.Serializable;
import java.util.Map;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * A router as part of a network's configuration; JSON names its class, so that routers of one's own
 * need no registration.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS, property = "@class")
public interface RouterSpec extends Serializable {
  /** Throws unless the router can choose among as many experts. */
  void requireFits(int experts);

  /** Parameters in order, by the names that the router gives them. */
  Map<String, ParameterSpec> parameters(int experts, int modelWidth);

  /** The router over the arrays of its parameters. */
  Router build(RouterParts parts);

  /**
   * What a selection bias moves by at each iteration, against the load; negative for routers without
   * one. The bias is a parameter of the network without a gradient, saved with all others.
   */
  default double biasRate() {
    return -1;
  }
}
