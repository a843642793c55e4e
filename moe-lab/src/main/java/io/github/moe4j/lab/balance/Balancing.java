package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Stateful;
import java.util.List;

/**
 * What balances one model while it trains. It may own state, so each model has its own.
 *
 * <p>A step's batch is split into shards, micro-batches whose forward passes are all done before any
 * loss is taken; of each there are the decisions of all layers.
 */
public interface Balancing extends Stateful {
  /**
   * The losses of a step, one value a shard.
   *
   * @param shards decisions of the layers of each shard, at least one layer
   * @param step optimizer steps done before
   */
  List<LossValue> losses(List<List<RouterDecision>> shards, long step);

  /** Called after the optimizer step with what its shards decided. */
  void step(List<List<RouterDecision>> shards);
}
