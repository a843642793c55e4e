package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import java.util.List;

/**
 * The Switch loss with counts of the global batch: those of all workers, accumulated over the
 * micro-batches of an optimizer step (Qiu et al. 2025, "Demons in the Detail", arXiv 2501.11873;
 * {@code global_aux_loss} of Megatron-LM).
 *
 * <p>Balancing within one small batch of one domain keeps experts from specializing; balancing over
 * the global batch does not. A {@link Balancer} accumulates the counts:
 * each micro-batch's loss takes P from its own tokens and f from all choices of the step so far, its
 * own included, as Megatron-LM does; micro-batches that are given together take those of all of them.
 * Layers are summed or averaged, according to the loss's pooling; Megatron-LM divides the sum of the
 * counts by the number of micro-batches, which is the same for micro-batches with equal numbers of real tokens.
 *
 * <p>By itself, without a balancer, it is the {@link SwitchLoss}. Values at balance and at collapse are
 * those of {@link SwitchLoss}, over the global batch.
 *
 * @param loss pooled by layer: its sum or its mean
 */
public record GlobalBatchLoss(SwitchLoss loss) implements CountedLoss {
  /**
   * Checks the pooling.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public GlobalBatchLoss {
    loss.requirePooledByLayer();
  }

  /** All choices count, and layers are summed. */
  public static GlobalBatchLoss of(double coefficient) {
    return new GlobalBatchLoss(SwitchLoss.of(coefficient));
  }

  @Override
  public String name() {
    return "global-batch loss";
  }

  @Override
  public ExpertCounts count(RouterDecision layer) {
    layer.requireProbabilities(name());
    return loss.count(layer);
  }

  @Override
  public LossValue evaluate(List<RouterDecision> layers, List<ExpertCounts> counts) {
    for (RouterDecision layer : layers) {
      layer.requireProbabilities(name());
    }
    return loss.evaluate(layers, counts);
  }
}
