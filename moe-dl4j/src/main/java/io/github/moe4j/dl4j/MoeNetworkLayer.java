package io.github.moe4j.dl4j;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The layer of a {@link MoeDl4jLayer} in a network: a {@link MoeLayer} over views of the network's
 * vector of parameters. Used by one thread at a time, like all DL4J layers.
 */
@NullUnmarked // DL4J's own fields are null until set.
public final class MoeNetworkLayer extends BaseLayer<MoeDl4jLayer> {
  private static final long serialVersionUID = 1;

  private transient MoeLayer layer;
  private transient ExpertBias bias;
  private transient Gradients into;
  private transient TokenPass pass;
  private transient int miniBatch;
  private transient double balanceScore;
  private transient LoadStatistics load;
  private transient MoePass lastPass;
  private final transient Arena arena = new Arena();

  MoeNetworkLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /** The layer over the live parameters. */
  public MoeLayer moe() {
    return layer;
  }

  /**
   * A layer without a network: the same router, experts, shared expert and capacity with copies of the parameters as they
   * are now, such as for {@code MoeCheckpoint.export}.
   *
   * @return a new layer; later training of the network does not change it
   */
  public MoeLayer toMoeLayer() {
    Map<String, INDArray> copies = new LinkedHashMap<>();
    params.forEach((name, array) -> copies.put(name, array.dup('c')));
    ExpertBias copy = blueprint().hasSelectionBias()
        ? ExpertBias.of(copies.get(Blueprint.SELECTION_BIAS).toDoubleVector())
        : ExpertBias.zeros(layerConf().getMoe().experts());
    return blueprint().build(name(), copies, copy);
  }

  /**
   * The MoE layers of a network, in its order; frozen ones are not among them.
   *
   * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}; any other model has none
   */
  public static List<MoeNetworkLayer> in(Model network) {
    Layer[] all = network instanceof MultiLayerNetwork layers
        ? layers.getLayers()
        : network instanceof ComputationGraph graph ? graph.getLayers() : new Layer[0];
    return Arrays.stream(all)
        .filter(MoeNetworkLayer.class::isInstance)
        .map(MoeNetworkLayer.class::cast)
        .toList();
  }

  /**
   * The {@link #lastPass} of each MoE layer of a network, in its order: after an iteration those of training, after
   * {@code output} or {@code score} of a data set those of evaluation.
   */
  public static List<MoePass> passes(Model network) {
    return in(network).stream().flatMap(layer -> layer.lastPass().stream()).toList();
  }

  /**
   * The last forward pass, in training or evaluation, to read decision, load and times of; its tokens are in the
   * order [N,T] of the input's sequences. Neither to be closed nor differentiated; the next pass replaces it.
   */
  public Optional<MoePass> lastPass() {
    return Optional.ofNullable(lastPass);
  }

  /** The load of the last forward pass in training by expert. */
  public Optional<LoadStatistics> load() {
    return Optional.ofNullable(load);
  }

  /** Balance losses of the last forward pass in training, coefficients included; else 0. */
  public double balanceScore() {
    return balanceScore;
  }

  private Blueprint blueprint() {
    return Blueprint.of(layerConf());
  }

  /** The layer's name in errors, listeners and events. */
  public String name() {
    String given = layerConf().getLayerName();
    return given == null ? "layer" + getIndex() : given;
  }

  @Override
  public void setParamTable(Map<String, INDArray> paramTable) {
    super.setParamTable(paramTable);
    bias = ExpertBias.zeros(layerConf().getMoe().experts());
    layer = blueprint().build(name(), paramTable, bias);
  }

  @Override
  public void setParams(INDArray params) {
    // Views are in c order, and the inherited method would read them in f order.
    if (params != paramsFlattened) {
      paramsFlattened.assign(params.reshape(paramsFlattened.shape()));
    }
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray gradients) {
    super.setBackpropGradientsViewArray(gradients);
    NamedArrays.Builder views = NamedArrays.builder();
    gradientViews.forEach(views::add);
    into = Gradients.in(views.build());
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(false);
    Require.usable("x", input, layerId());
    closePass();
    INDArray residual = layerConf().getMoe().residual() ? input : null;
    applyDropOutIfNecessary(training, workspaceMgr);
    if (blueprint().hasSelectionBias()) {
      bias.set(getParam(Blueprint.SELECTION_BIAS).toDoubleVector());
    }
    TokenPass run = forward(
        training ? PassMode.training(new SplittableRandom(noiseSeed())) : PassMode.evaluation());
    balanceScore = run.balance();
    lastPass = run.moe();
    INDArray out = workspaceMgr.createUninitialized(
        ArrayType.ACTIVATIONS, dataType, run.layout().shape());
    run.writeOutput(out, residual);
    if (training) {
      load = run.load();
      pass = run;
    } else {
      run.close();
    }
    return out;
  }

  private TokenPass forward(PassMode mode) {
    TokenLayout layout =
        TokenLayout.of(input, layerConf().getNIn(), layerConf().getRnnDataFormat(), layerId());
    return TokenPass.of(this, layout, mode, arena);
  }

  /** The noise of an iteration, the same for every pass of it. */
  long noiseSeed() {
    long seed = layerConf().getMoe().noiseSeed();
    for (long part : new long[] {conf.getSeed(), index, iterationCount}) {
      seed = (seed ^ part) * 0x9E3779B97F4A7C15L;
      seed ^= seed >>> 32;
    }
    return seed;
  }

  /** What DL4J will divide the gradients by. */
  int gradientDivisor() {
    if (!conf.isMiniBatch()) {
      return 1;
    }
    return miniBatch > 0 ? miniBatch : (int) input.size(0);
  }

  @Override
  public void setInputMiniBatchSize(int size) {
    miniBatch = size;
  }

  @Override
  public int getInputMiniBatchSize() {
    return miniBatch > 0 ? miniBatch : super.getInputMiniBatchSize();
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    Require.usable("x", input, layerId());
    Require.usable("dy", epsilon, layerId());
    if (pass == null) { // frozen layers with backprop run forward in evaluation
      pass = forward(PassMode.evaluation().differentiable());
    }
    INDArray epsilonNext = workspaceMgr.createUninitialized(
        ArrayType.ACTIVATION_GRAD, dataType, pass.layout().shape());
    gradientsFlattened.assign(0);
    pass.backward(epsilon, epsilonNext, into, this::backpropDropOutIfPresent);
    if (gradientViews.containsKey(Blueprint.SELECTION_BIAS) && pass.training()) {
      stepOfBias(pass.decision());
    }
    closePass();
    Gradient gradient = new DefaultGradient(gradientsFlattened);
    gradientViews.forEach((name, view) -> gradient.setGradientFor(name, view, 'c'));
    return new Pair<>(gradient, epsilonNext);
  }

  /** DL4J subtracts a gradient, so it is what the rule adds, negated. */
  private void stepOfBias(RouterDecision decision) {
    double[] change = BiasStep.change(layerConf().getMoe().router(), bias, decision);
    INDArray view = gradientViews.get(Blueprint.SELECTION_BIAS);
    for (int e = 0; e < change.length; e++) {
      view.putScalar(e, -change[e]);
    }
  }

  @Override
  public boolean updaterDivideByMinibatch(String paramName) {
    return !paramName.equals(Blueprint.SELECTION_BIAS);
  }

  @Override
  public double calcRegularizationScore(boolean backpropParamsOnly) {
    return super.calcRegularizationScore(backpropParamsOnly) + balanceScore;
  }

  @Override
  public void allowInputModification(boolean allow) {
    // The residual needs the input as it was.
    super.allowInputModification(allow && !layerConf().getMoe().residual());
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void clearNoiseWeightParams() {
    // There is no weight noise.
  }

  @Override
  public void clear() {
    super.clear();
    closePass();
  }

  private void closePass() {
    if (pass != null) {
      pass.close();
      pass = null;
    }
  }

  @Override
  public Layer clone() {
    INDArray copy = paramsFlattened.dup();
    MoeNetworkLayer clone = new MoeNetworkLayer(conf.clone(), dataType);
    clone.setIndex(index);
    clone.setParamsViewArray(copy);
    clone.setParamTable(
        new LinkedHashMap<>(layerConf().initializer().init(clone.conf(), copy, false)));
    return clone;
  }

  @Nullable
  INDArray mask() {
    return maskArray;
  }
}
