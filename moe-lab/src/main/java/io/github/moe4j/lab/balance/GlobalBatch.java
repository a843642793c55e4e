package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.ExpertCounts;
import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.SwitchLoss.Counting;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * The Switch loss with the counts of all shards of a step.
 *
 * @param loss that counts all choices and sums over layers
 */
public record GlobalBatch(SwitchLoss loss) implements Balancing {
  /** Checks that the counts are those of the loss, and layers are summed. */
  public GlobalBatch {
    Require.that(
        loss.counting() != Counting.FIRST_CHOICE && loss.pooling() == LossScope.LAYER_SUM,
        "the loss must count all choices and sum over layers but was %s",
        loss);
  }

  @Override
  public List<LossValue> losses(List<List<RouterDecision>> shards, long step) {
    List<ExpertCounts> counts = new ArrayList<>();
    for (int l = 0; l < shards.get(0).size(); l++) {
      int layer = l;
      counts.add(shards.stream()
          .map(layers -> ExpertCounts.of(layers.get(layer)))
          .reduce(ExpertCounts::plus)
          .orElseThrow());
    }
    return shards.stream().map(layers -> loss.evaluate(layers, counts)).toList();
  }

  @Override
  public void step(List<List<RouterDecision>> shards) {}

  /** It keeps nothing from step to step. */
  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {}

  @Override
  public void restore(Checkpoint checkpoint, String prefix) {}
}
