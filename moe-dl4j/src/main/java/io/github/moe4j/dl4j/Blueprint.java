package io.github.moe4j.dl4j;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.catalogue.RouterParts;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which parameters a layer has, in the order of the network's vector, and the layer over them. */
record Blueprint(MoeSpec spec, int width) {
  /** The selection bias: a parameter of the network, but none of the layer. */
  static final String SELECTION_BIAS = "router.selectionBias";

  static Blueprint of(MoeDl4jLayer conf) {
    return new Blueprint(conf.getMoe(), Math.toIntExact(conf.getNIn()));
  }

  /**
   * One whose parameters have the names and roles of the layer's, whatever its width: constraints ask for them when the
   * configuration is built, and the network infers the width later.
   */
  static Blueprint ofNames(MoeDl4jLayer conf) {
    return new Blueprint(conf.getMoe(), 1);
  }

  boolean hasSelectionBias() {
    return spec.router().readsBias();
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
    DataType type = arrays.values().iterator().next().dataType();
    RouterParts parts = new RouterParts(n -> arrays.get("router." + n), bias, spec.noiseSeed());
    Router router = spec.router().build(spec.experts(), width, parts);
    MoeLayer.Builder builder = MoeLayer.builder(
            router,
            spec.expert().build(spec.experts(), width, type, n -> arrays.get("experts." + n)))
        .name(name)
        .capacity(spec.capacity().rule(spec.router().choices(spec.experts())));
    if (spec.shared() != null) {
      builder.sharedExpert(spec.shared().build(width, type, n -> arrays.get("shared." + n)));
    }
    MoeLayer layer = builder.build();
    Set<String> told = new LinkedHashSet<>(arrays.keySet());
    told.remove(SELECTION_BIAS);
    Require.that(
        told.equals(layer.parameters().names()),
        "router %s and experts must name the parameters %s but name %s",
        spec.router().name(),
        layer.parameters().names(),
        told);
    return layer;
  }
}
