package io.github.moe4j.dl4j;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.internal.Require;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A Mixture-of-Experts layer in a {@code MultiLayerNetwork} or {@code ComputationGraph}.
 *
 * <p>Takes and returns [N,D], or sequences [N,D,T] ([N,T,D] with {@link RNNFormat#NWC}); nIn and nOut
 * are both D. Masked tokens are assigned to no expert, count in no load, and their outputs are zero.
 *
 * <p>Balance losses are part of the network's score in training, and of its gradients. The score
 * in evaluation has none.
 *
 * <p>Parameters have the names of moe4j, such as {@code router.weight} and {@code
 * experts.up.weight}, in c order.
 */
@NullUnmarked // DL4J leaves what is not yet known null.
public class MoeDl4jLayer extends FeedForwardLayer {
  private static final long serialVersionUID = 1;

  @JsonProperty
  private MoeSpec moe;

  @JsonProperty
  private RNNFormat rnnDataFormat = RNNFormat.NCW;

  /** With which {@code init} starts; null for new ones. Not part of a configuration's JSON. */
  private transient InitialParameters initial;

  /** For JSON and YAML only; use {@link Builder}. */
  public MoeDl4jLayer() {}

  MoeDl4jLayer(Builder builder, MoeSpec moe, RNNFormat format) {
    super(builder);
    this.moe = moe;
    this.rnnDataFormat = format;
    this.initial = builder.initial();
    if (nOut == 0) {
      nOut = nIn;
    }
    requireOneWidth();
    Require.that(
        activationFn instanceof ActivationIdentity,
        "a MoE layer has no activation of its own, set that of its experts, but was given %s",
        activationFn);
    initializeConstraints(builder);
  }

  /**
   * The layer of a network for an existing layer, such as one of a checkpoint: its router, experts and shared expert, and,
   * after the network's {@code init}, its parameters. {@link MoeNetworkLayer#toMoeLayer} is the reverse.
   *
   * @param layer Not modified. See {@link MoeBuilder#from}, also for further options.
   * @throws IllegalArgumentException if a part is none of the catalogues; the message names it and the reason
   */
  public static MoeDl4jLayer of(MoeLayer layer) {
    return new Builder().from(layer).build();
  }

  @Nullable
  InitialParameters initial() {
    return initial;
  }

  /** The configuration except the width. */
  public MoeSpec getMoe() {
    return moe;
  }

  /** The layout of sequences: that of the network's InputType, else NCW. */
  public RNNFormat getRnnDataFormat() {
    return rnnDataFormat;
  }

  private void requireOneWidth() {
    Require.that(
        nIn == nOut || nIn == 0 || nOut == 0,
        "nIn and nOut of a MoE layer must be equal but were %d and %d",
        nIn,
        nOut);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    Require.floating("data type of a network with a MoE layer", networkDataType);
    Require.that(
        nIn > 0, "a MoE layer needs nIn, or an InputType of the network, but nIn was %d", nIn);
    Require.that(
        weightNoise == null, "a MoE layer has no weight noise but was given %s", weightNoise);
    MoeNetworkLayer layer = new MoeNetworkLayer(conf, networkDataType);
    layer.setListeners(trainingListeners);
    layer.setIndex(layerIndex);
    layer.setParamsViewArray(layerParamsView);
    layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
    return layer;
  }

  @Override
  public ParamInitializer initializer() {
    return MoeParamInitializer.INSTANCE;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    if (inputType instanceof InputType.InputTypeRecurrent recurrent) {
      rnnDataFormat = recurrent.getFormat();
    }
    super.setNIn(inputType, override);
    if (nOut == 0) {
      nOut = nIn;
    }
    requireOneWidth();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (inputType instanceof InputType.InputTypeRecurrent sequences) {
      return InputType.recurrent(nOut, sequences.getTimeSeriesLength(), sequences.getFormat());
    }
    return super.getOutputType(layerIndex, inputType);
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return inputType instanceof InputType.InputTypeRecurrent
        ? null
        : super.getPreProcessorForInputType(inputType);
  }

  /** The selection bias moves by its own rule: its "gradient" is the step. */
  @Override
  public IUpdater getUpdaterByParam(String paramName) {
    return paramName.equals(Blueprint.SELECTION_BIAS)
        ? new NoOp()
        : super.getUpdaterByParam(paramName);
  }

  @Override
  public @Nullable List<Regularization> getRegularizationByParam(String paramName) {
    return paramName.equals(Blueprint.SELECTION_BIAS)
        ? null
        : super.getRegularizationByParam(paramName);
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType inputType) {
    long parameters = initializer().numParams(this);
    long state = getIUpdater() == null ? 0 : getIUpdater().stateSize(parameters);
    InputType outputType = getOutputType(-1, inputType);
    // Rows of the experts, in both directions: what the K experts of a token take is known at run
    // time.
    long perExample = 4 * outputType.arrayElementsPerExample();
    return new LayerMemoryReport.Builder(layerName, MoeDl4jLayer.class, inputType, outputType)
        .standardMemory(parameters, state)
        .workingMemory(0, perExample, 0, perExample)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MoeDl4jLayer that
        && super.equals(other)
        && Objects.equals(moe, that.moe)
        && rnnDataFormat == that.rnnDataFormat;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), moe, rnnDataFormat);
  }

  @Override
  public String toString() {
    return "MoeDl4jLayer(nIn=" + nIn + ", " + moe + ", " + rnnDataFormat + ")";
  }

  /** Builds the configuration of a layer; not thread-safe. */
  @SuppressWarnings("unchecked") // DL4J's signature of build
  public static class Builder extends MoeBuilder<Builder> {
    /** A dropless layer with top-k routing, k = 2; set at least experts and hidden. */
    public Builder() {
      // Everything starts at its default.
    }

    @Override
    public MoeDl4jLayer build() {
      return new MoeDl4jLayer(this, spec(), format());
    }
  }
}
