package io.github.moe4j.balance;

import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.core.internal.Require;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Balances one model during training: evaluates losses and adds their gradients to passes,
 * and steps controllers. It covers all layers and all micro-batches of an optimizer step.
 *
 * <pre>{@code
 * Balancer balancer = Balancer.builder().add(SwitchLoss.of(0.01)).controller(controller).build();
 * …                              // forward
 * balancer.balance(passes);      // every micro-batch, before backward
 * …                              // backward, then the optimizer's step
 * balancer.step();               // once an optimizer step
 * }</pre>
 *
 * <p>Each loss is {@code coefficient(step)·loss}, where the step is the number of calls of {@link
 * #step} before. A {@link CountedLoss} gets the counts of all micro-batches of the step so far,
 * including those passed together.
 *
 * <p>State: {@code step}, the controllers' state and the counts of the current step. Used by one thread
 * at a time.
 */
public final class Balancer implements Stateful {
  private final LossSum losses;
  private final List<List<LoadController>> controllers;
  private final Set<LoadController> distinct = new LinkedHashSet<>();
  private final CountReducer workers;
  private final List<WeakReference<RouterDecision>> seen = new ArrayList<>();
  private long step;

  private Balancer(Builder builder) {
    this.losses = new LossSum(builder.terms.values(), builder.workers);
    this.workers = builder.workers;
    this.controllers = List.copyOf(builder.controllers);
    controllers.forEach(distinct::addAll);
  }

  /** Starts a balancer without losses and controllers, which changes nothing. */
  public static Builder builder() {
    return new Builder();
  }

  /** A balancer of losses only, with their own coefficients. */
  public static Balancer of(BalanceLoss... losses) {
    Builder builder = builder();
    for (BalanceLoss loss : losses) {
      builder.add(loss);
    }
    return builder.build();
  }

  /** Names of all losses, in order. */
  public List<String> losses() {
    return losses.names();
  }

  /** Optimizer steps done. */
  public long steps() {
    return step;
  }

  /**
   * Balances one micro-batch: adds the losses' gradients to its passes and passes its decisions to
   * the controllers.
   *
   * @param passes of all layers, the same layers at every call of a step; open and before backward.
   *     Modified: their balance gradients.
   * @throws IllegalArgumentException if a loss needs scores that a decision lacks, a controller refuses one, or a
   *     decision was balanced in this step before; nothing is changed then
   * @throws IllegalStateException if a pass is closed or has no backward to come; nothing is changed then
   */
  public BalanceValue balance(List<MoePass> passes) {
    return balance(passes, 1);
  }

  /**
   * Balances one micro-batch, with gradients times a factor.
   *
   * @param gradientScale factor on the gradients, at least 0, for gradients that are divided by it
   *     later; values and counts are not scaled
   * @see #balance(List)
   */
  public BalanceValue balance(List<MoePass> passes, double gradientScale) {
    return scaled(List.of(passes), gradientScale).get(0);
  }

  /**
   * Balances several micro-batches whose forward passes are all done, so that a {@link CountedLoss}
   * sees the counts of all of them.
   *
   * @param microBatches passes of the layers of each, at least one
   * @return a value for each
   * @see #balance(List)
   */
  public List<BalanceValue> balanceAll(List<List<MoePass>> microBatches) {
    return scaled(microBatches, 1);
  }

  private List<BalanceValue> scaled(List<List<MoePass>> batches, double scale) {
    Require.notNegative("gradientScale", scale);
    List<List<RouterDecision>> decisions = batches.stream()
        .map(batch -> batch.stream().map(MoePass::decision).toList())
        .toList();
    batches.forEach(batch -> batch.forEach(pass -> pass.requireOpen("balance")));
    LossSum.Evaluation evaluation = evaluate(decisions);
    for (int b = 0; b < batches.size(); b++) {
      LossValue total = evaluation.values().get(b).total().times(scale);
      for (int l = 0; l < batches.get(b).size(); l++) {
        batches.get(b).get(l).addBalance(total.gradients().get(l));
      }
    }
    commit(decisions, evaluation);
    return evaluation.values();
  }

  /**
   * As {@link #balanceAll} for routers without a layer: adds nothing to a pass; the caller uses the
   * gradients of the values.
   *
   * @param microBatches decisions of the layers of each, at least one. Not modified.
   * @throws IllegalArgumentException if a loss needs scores that a decision lacks, a controller refuses one, or a
   *     decision was balanced in this step before; nothing is changed then
   */
  public List<BalanceValue> observe(List<List<RouterDecision>> microBatches) {
    LossSum.Evaluation evaluation = evaluate(microBatches);
    commit(microBatches, evaluation);
    return evaluation.values();
  }

  private LossSum.Evaluation evaluate(List<List<RouterDecision>> batches) {
    requireBatches(batches);
    return losses.evaluate(batches, step);
  }

  private void requireBatches(List<List<RouterDecision>> batches) {
    Require.that(!batches.isEmpty(), "balancing needs at least one micro-batch but had none");
    int layers = batches.get(0).size();
    Set<RouterDecision> now = Collections.newSetFromMap(new IdentityHashMap<>());
    seen.forEach(reference -> now.add(reference.get()));
    for (List<RouterDecision> batch : batches) {
      Require.that(
          batch.size() == layers,
          "micro-batches must have the same number of layers: %d != %d",
          layers,
          batch.size());
      batch.forEach(decision -> Require.that(
          now.add(decision),
          "a decision must be balanced only once in a step but was passed again"));
    }
    Require.that(
        layers > 0 || losses.isEmpty() && controllers.isEmpty(),
        "balancing needs at least one layer but had none");
    for (List<LoadController> some : controllers) {
      Require.that(
          some.size() == 1 || some.size() == layers,
          "there must be one controller for all layers or one per layer: %d != %d",
          some.size(),
          layers);
      for (List<RouterDecision> batch : batches) {
        for (int l = 0; l < layers; l++) {
          ofLayer(some, l).requireFits(batch.get(l));
        }
      }
    }
  }

  private static LoadController ofLayer(List<LoadController> some, int layer) {
    return some.get(some.size() == 1 ? 0 : layer);
  }

  private void commit(List<List<RouterDecision>> batches, LossSum.Evaluation evaluation) {
    for (List<LoadController> some : controllers) {
      for (List<RouterDecision> batch : batches) {
        for (int l = 0; l < batch.size(); l++) {
          ofLayer(some, l).observe(batch.get(l));
        }
      }
    }
    losses.commit(evaluation);
    batches.forEach(batch -> batch.forEach(decision -> seen.add(new WeakReference<>(decision))));
  }

  /**
   * Ends an optimizer step, called after the optimizer's: controllers act, and counts restart. With several workers
   * the controllers act on what all observed, so they stay equal; then all workers must call this.
   *
   * @throws UnsupportedOperationException if a controller or the reducer is for a single worker; no controller has acted
   */
  public void step() {
    if (workers != CountReducer.single()) {
      List<double[]> observed = distinct.stream().map(LoadController::observed).toList();
      List<double[]> ofAll = observed.stream().map(workers::sum).toList();
      int i = 0;
      for (LoadController controller : distinct) {
        controller.replaceObserved(ofAll.get(i++));
      }
    }
    distinct.forEach(LoadController::step);
    losses.clear();
    seen.clear();
    step++;
  }

  /** The counts of a {@link CountedLoss} since the last step, layer by layer. */
  public List<ExpertCounts> counted(String loss) {
    return losses.counted(loss);
  }

  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint.longs(prefix + ".step", step);
    parts().addTo(checkpoint, prefix);
  }

  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    long restored = checkpoint.number(prefix + ".step");
    Require.that(restored >= 0, "step must be at least 0 but was %d", restored);
    parts().restore(checkpoint, prefix);
    seen.clear();
    step = restored;
  }

  private Stateful parts() {
    Map<String, Stateful> parts = new LinkedHashMap<>();
    putAll(parts, "controller.", distinct);
    putAll(parts, "counts.", losses.counts());
    return Stateful.of(parts);
  }

  private static void putAll(
      Map<String, Stateful> parts, String name, Collection<? extends Stateful> some) {
    int i = 0;
    for (Stateful part : some) {
      parts.put(name + i++, part);
    }
  }

  /** Collects losses and controllers; not thread-safe. */
  public static final class Builder {
    private final Map<String, LossTerm> terms = new LinkedHashMap<>();
    private final List<List<LoadController>> controllers = new ArrayList<>();
    private CountReducer workers = CountReducer.single();

    private Builder() {}

    /** Adds a loss with its own coefficient, under its own name. */
    public Builder add(BalanceLoss loss) {
      return add(loss, CoefficientSchedule.constant(1));
    }

    /**
     * Adds a loss under its own name.
     *
     * @param loss usually with coefficient 1: the schedule's value multiplies it
     */
    public Builder add(BalanceLoss loss, CoefficientSchedule coefficient) {
      return add(loss.name(), loss, coefficient);
    }

    /**
     * Adds a loss under a name not used yet.
     *
     * @throws IllegalArgumentException if the name was used
     */
    public Builder add(String name, BalanceLoss loss, CoefficientSchedule coefficient) {
      Require.that(!terms.containsKey(name), "loss %s must be given once", name);
      terms.put(name, new LossTerm(name, loss, coefficient));
      return this;
    }

    /** Adds a controller of all layers together. */
    public Builder controller(LoadController ofAllLayers) {
      return controllers(List.of(ofAllLayers));
    }

    /**
     * Adds a controller for each layer.
     *
     * @param ofLayers in the order of the passes, at least one. Copied.
     * @throws IllegalArgumentException if the list is empty
     */
    public Builder controllers(List<? extends LoadController> ofLayers) {
      Require.that(!ofLayers.isEmpty(), "controllers must be at least one but there were none");
      controllers.add(List.copyOf(ofLayers));
      return this;
    }

    /**
     * Sets the reducer that sums the counts of a {@link CountedLoss}, and what controllers observed, over workers; one
     * worker by default.
     */
    public Builder workers(CountReducer reducer) {
      this.workers = reducer;
      return this;
    }

    /** The balancer, at step 0. */
    public Balancer build() {
      return new Balancer(this);
    }
  }
}
