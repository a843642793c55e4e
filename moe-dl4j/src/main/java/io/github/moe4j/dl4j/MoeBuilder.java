package io.github.moe4j.dl4j;

import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * The options of a MoE layer in addition to those of every DL4J layer.
 *
 * @param <B> the builder itself
 */
public abstract class MoeBuilder<B extends MoeBuilder<B>> extends FeedForwardLayer.Builder<B> {
  private int experts;
  private RouterSpec router = RouterSpec.of("top-k", 2);
  private @Nullable ExpertSpec expert;
  private @Nullable SharedExpertSpec shared;
  private CapacitySpec capacity = CapacitySpec.dropless();
  private final List<LossSpec> balance = new ArrayList<>();
  private boolean residual;
  private long noiseSeed;
  private RNNFormat format = RNNFormat.NCW;
  private @Nullable InitialParameters initial;

  MoeBuilder() {
    activationFn = new ActivationIdentity();
  }

  @SuppressWarnings("unchecked") // B is the class itself
  private B self() {
    return (B) this;
  }

  /** Number of experts E. */
  public B experts(int number) {
    this.experts = number;
    return self();
  }

  /** SwiGLU experts of a hidden width H, without biases. */
  public B hidden(int width) {
    return expert(ExpertSpec.swiGlu(width));
  }

  /** Plain experts of a hidden width H, with biases. */
  public B ffn(int width, Activation activation) {
    return expert(ExpertSpec.ffn(width, activation));
  }

  /** Kind and width of the experts. */
  public B expert(ExpertSpec spec) {
    this.expert = spec;
    return self();
  }

  /** The router; top-k with k = 2 by default. */
  public B router(RouterSpec spec) {
    this.router = spec;
    return self();
  }

  /**
   * A router by its name, {@link RouterSpec#names}.
   *
   * @param k experts per token
   */
  public B router(String name, int k) {
    return router(RouterSpec.of(name, k));
  }

  /** Adds a shared expert, applied to every token. */
  public B sharedExpert(SharedExpertSpec spec) {
    this.shared = spec;
    return self();
  }

  /** Adds a shared SwiGLU expert of a hidden width. */
  public B sharedHidden(int width) {
    return sharedExpert(new SharedExpertSpec(ExpertSpec.swiGlu(width), false));
  }

  /** The capacity rule; dropless by default. */
  public B capacity(CapacitySpec spec) {
    this.capacity = spec;
    return self();
  }

  /** Adds a loss to the network's score. */
  public B balance(LossSpec loss) {
    balance.add(loss);
    return self();
  }

  /** Adds a loss to the network's score, by its name in {@link LossSpec#names}. */
  public B balance(String name, double coefficient) {
    return balance(LossSpec.of(name, coefficient));
  }

  /** Adds Switch Transformers' loss to the network's score. */
  public B switchLoss(double coefficient) {
    return balance("switch", coefficient);
  }

  /** Adds the router z-loss to the network's score. */
  public B zLoss(double coefficient) {
    return balance("z-loss", coefficient);
  }

  /** Whether the layer's input is added to its output; false by default. */
  public B residual(boolean add) {
    this.residual = add;
    return self();
  }

  /** Seed of the noise of routers and dropout, combined with the network's own seed. */
  public B noiseSeed(long seed) {
    this.noiseSeed = seed;
    return self();
  }

  /**
   * Router, experts and shared expert of a layer, and its parameters: the network's {@code init} copies them, instead of
   * drawing new ones. A file of the network has them like any others; the configuration in JSON has not.
   *
   * <p>Options of the builder that are not parts of the layer may be set too: losses, the residual, capacity. The layer's
   * name, listener and threads are not taken over.
   *
   * @param layer such as one of a checkpoint. Not modified; kept until the configuration is not used any more.
   * @throws IllegalArgumentException if a part is none of the catalogues; the message names it and the reason
   */
  public B from(MoeLayer layer) {
    Require.that(
        layer.weightAt() == WeightAt.OUTPUT,
        "a layer for DL4J must apply weights at the OUTPUT but does at the %s",
        layer.weightAt());
    Require.that(
        layer.capacity() instanceof Dropless,
        "a layer for DL4J must be dropless, and its limit be set by capacity, but has a %s",
        layer.capacity().getClass().getSimpleName());
    this.experts = layer.experts().experts();
    this.router = RouterSpec.of(layer.router());
    this.expert = ExpertSpec.of(layer.experts());
    this.shared = layer.sharedExpert().map(SharedExpertSpec::of).orElse(null);
    this.initial = InitialParameters.of(layer);
    nIn(layer.modelWidth());
    nOut(layer.modelWidth());
    return self();
  }

  @Nullable
  InitialParameters initial() {
    return initial;
  }

  /** The layout of sequences, if the network's InputType does not define it. */
  public B rnnDataFormat(RNNFormat order) {
    this.format = order;
    return self();
  }

  RNNFormat format() {
    return format;
  }

  MoeSpec spec() {
    return new MoeSpec(experts, router, expert, shared, capacity, balance, residual, noiseSeed);
  }
}
