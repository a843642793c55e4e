package io.github.moe4j.dl4j;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.dl4j.router.ParameterSpec;
import io.github.moe4j.dl4j.router.RouterParts;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which parameters a layer has, in the order of the network's vector, and the layer over them. */
record Blueprint(MoeSpec spec, int width) {
  /** The selection bias: a parameter of the network, but none of the layer. */
  static final String SELECTION_BIAS = "router.selectionBias";

  static Blueprint of(MoeDl4jLayer conf) {
    return new Blueprint(conf.getMoe(), Math.toIntExact(conf.getNIn()));
  }

  boolean hasSelectionBias() {
    return spec.router().biasRate() >= 0;
  }

  Map<String, ParameterSpec> parameters() {
    Map<String, ParameterSpec> all = new LinkedHashMap<>();
    int experts = spec.experts();
    spec.router().parameters(experts, width).forEach((n, p) -> all.put("router." + n, p));
    if (hasSelectionBias()) {
      all.put(SELECTION_BIAS, ParameterSpec.constant(0, experts));
    }
    spec.expert().parameters(experts, width).forEach((n, p) -> all.put("experts." + n, p));
    if (spec.shared() != null) {
      spec.shared().parameters(width).forEach((n, p) -> all.put("shared." + n, p));
    }
    return all;
  }

  MoeLayer build(String name, Map<String, INDArray> arrays, ExpertBias bias) {
    Router router = spec.router().build(new RouterParts(n -> arrays.get("router." + n), bias));
    MoeLayer.Builder builder = MoeLayer.builder(
            router, spec.expert().build(n -> arrays.get("experts." + n)))
        .name(name)
        .capacity(spec.capacity().rule());
    if (spec.shared() != null) {
      builder.sharedExpert(spec.shared().build(n -> arrays.get("shared." + n)));
    }
    MoeLayer layer = builder.build();
    Set<String> told = new LinkedHashSet<>(arrays.keySet());
    told.remove(SELECTION_BIAS);
    Require.that(
        told.equals(layer.parameters().names()),
        "%s must name the parameters of its router %s but they are %s",
        spec.router().getClass().getSimpleName(),
        layer.parameters().names(),
        told);
    return layer;
  }
}
