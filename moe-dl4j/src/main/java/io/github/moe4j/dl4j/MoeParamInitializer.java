package io.github.moe4j.dl4j;

import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.catalogue.ParameterSpec.Role;
import io.github.moe4j.core.internal.Require;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Cuts the network's vector into the parameters of a layer, all in c order. */
final class MoeParamInitializer implements ParamInitializer {
  static final MoeParamInitializer INSTANCE = new MoeParamInitializer();

  private MoeParamInitializer() {}

  private static Map<String, ParameterSpec> specs(Layer layer) {
    return Blueprint.of((MoeDl4jLayer) layer).parameters();
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return specs(layer).values().stream().mapToLong(ParameterSpec::length).sum();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return List.copyOf(specs(layer).keySet());
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return keys(layer, Role.WEIGHT);
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return keys(layer, Role.BIAS);
  }

  private static List<String> keys(Layer layer, Role role) {
    return Blueprint.ofNames((MoeDl4jLayer) layer).parameters().entrySet().stream()
        .filter(entry -> entry.getValue().role() == role)
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return weightKeys(layer).contains(key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return biasKeys(layer).contains(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    MoeDl4jLayer layer = (MoeDl4jLayer) conf.getLayer();
    Map<String, ParameterSpec> specs = specs(layer);
    Map<String, INDArray> views = views(specs, paramsView);
    SplittableRandom random = new SplittableRandom(conf.getSeed());
    InitialParameters initial = layer.initial();
    if (initializeParams && initial != null) {
      initial.copyTo(views);
    }
    views.forEach((name, view) -> {
      conf.addVariable(name);
      if (initializeParams && initial == null) {
        start(layer, specs.get(name), view, random);
      }
    });
    return views;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    return views(specs(conf.getLayer()), gradientView);
  }

  private static Map<String, INDArray> views(Map<String, ParameterSpec> specs, INDArray vector) {
    long length = specs.values().stream().mapToLong(ParameterSpec::length).sum();
    Require.that(
        vector.length() == length,
        "a MoE layer of this configuration has %d parameters but was given %d",
        length,
        vector.length());
    INDArray flat = vector.reshape(length);
    Map<String, INDArray> views = new LinkedHashMap<>();
    long from = 0;
    for (Map.Entry<String, ParameterSpec> entry : specs.entrySet()) {
      long to = from + entry.getValue().length();
      INDArray part = flat.get(NDArrayIndex.interval(from, to));
      views.put(entry.getKey(), part.reshape('c', entry.getValue().dimensions()));
      from = to;
    }
    return views;
  }

  private static void start(
      MoeDl4jLayer layer, ParameterSpec spec, INDArray view, SplittableRandom random) {
    switch (spec.role()) {
      case WEIGHT -> {
        long[] shape = spec.dimensions();
        long in = shape[shape.length - 1];
        long out = shape[shape.length - 2];
        layer.getWeightInitFn().init(in, out, shape, 'c', view.reshape(view.length()));
      }
      case BIAS -> view.assign(Double.isNaN(layer.getBiasInit()) ? 0 : layer.getBiasInit());
      case OTHER -> view.assign(spec.create(view.dataType(), random));
    }
  }
}
