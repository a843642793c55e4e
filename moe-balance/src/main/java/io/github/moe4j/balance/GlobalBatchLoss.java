package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * The Switch loss with counts of the global batch: those of all workers, accumulated over the
 * micro-batches of an optimizer step (Qiu et al. 2025, "Demons in the Detail", arXiv 2501.11873;
 * {@code global_aux_loss} of Megatron-LM).
 *
 * <p>Balancing within one small batch of one domain keeps experts from specializing; balancing over the global batch does
 * not. Each micro-batch's loss takes P from its
 * own tokens and f from all choices counted in this step so far, its own included, as Megatron-LM
 * does. Where all micro-batches' counts are known before the first backward pass, {@link
 * SwitchLoss#evaluate(RouterDecision, ExpertCounts)} takes them whole. Layers are summed, or
 * averaged, as the loss's pooling says; Megatron-LM divides the sum of the counts by the number of
 * micro-batches, which is the same for micro-batches of as many real tokens.
 *
 * <p>Values at balance and at collapse are those of {@link SwitchLoss}, over the global batch.
 *
 * <p>It counts: call {@link #step} after every optimizer step. Used by one thread at a time.
 */
public final class GlobalBatchLoss implements BalanceLoss {
  private final SwitchLoss loss;
  private final CountReducer workers;
  private final List<ExpertCounts> counted = new ArrayList<>();

  /**
   * A loss that has counted nothing yet.
   *
   * @param loss pooled by layer: its sum or its mean
   * @param workers where several workers sum their counts
   */
  public GlobalBatchLoss(SwitchLoss loss, CountReducer workers) {
    loss.requirePooledByLayer();
    this.loss = loss;
    this.workers = workers;
  }

  @Override
  public String name() {
    return "global-batch loss";
  }

  /**
   * Counts the choices of one micro-batch and takes its loss; counts nothing if it throws.
   *
   * @param layers the same layers at every call of a step. Not modified.
   */
  @Override
  public LossValue evaluate(List<RouterDecision> layers) {
    Require.that(!layers.isEmpty(), "%s needs at least one layer but had none", name());
    Require.that(
        counted.isEmpty() || counted.size() == layers.size(),
        "layers must be as many as before in this step: %d != %d",
        counted.size(),
        layers.size());
    for (RouterDecision layer : layers) {
      layer.requireProbabilities(name());
    }
    List<ExpertCounts> now = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      ExpertCounts all = workers.sum(l, loss.count(layers.get(l)));
      now.add(counted.isEmpty() ? all : counted.get(l).plus(all));
    }
    LossValue result = loss.evaluate(layers, now);
    counted.clear();
    counted.addAll(now);
    return result;
  }

  /** What has been counted since the last step, layer by layer. */
  public List<ExpertCounts> counted() {
    return List.copyOf(counted);
  }

  /** Resets all counts after an optimizer step. */
  public void step() {
    counted.clear();
  }
}
