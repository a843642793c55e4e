package io.github.moe4j.dl4j;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.catalogue.RouterChoice;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The parameters of a layer, with which that of a network starts.
 *
 * @param arrays by name, the selection bias included. Not modified.
 */
record InitialParameters(Map<String, INDArray> arrays) {
  static InitialParameters of(MoeLayer layer) {
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    layer.parameters().forEach(arrays::put);
    RouterChoice.bias(layer.router())
        .ifPresent(
            bias -> arrays.put(Blueprint.SELECTION_BIAS, Nd4j.createFromArray(bias.values())));
    return new InitialParameters(arrays);
  }

  /**
   * Copies them into the views of a network.
   *
   * @param views by name. Modified.
   * @throws IllegalArgumentException if names or shapes differ; nothing is changed then
   */
  void copyTo(Map<String, INDArray> views) {
    Require.that(
        views.keySet().equals(arrays.keySet()),
        "parameters of the layer must be %s but are %s",
        views.keySet(),
        arrays.keySet());
    views.forEach((name, view) -> Require.that(
        Arrays.equals(view.shape(), arrays.get(name).shape()),
        "parameter %s must be %s but is %s",
        name,
        Arrays.toString(view.shape()),
        Arrays.toString(arrays.get(name).shape())));
    views.forEach((name, view) -> view.assign(arrays.get(name).castTo(view.dataType())));
  }
}
