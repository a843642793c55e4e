package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.CompositeLoss;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.core.internal.Require;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Losses of each shard by itself, and controllers.
 *
 * @param loss over all layers of a shard
 * @param controllers one for each layer, which may be the same for several; or none at all
 */
public record LossesAndControllers(CompositeLoss loss, List<LoadController> controllers)
    implements Balancing {

  /** Losses alone. */
  public static LossesAndControllers of(CompositeLoss loss) {
    return new LossesAndControllers(loss, List.of());
  }

  @Override
  public List<LossValue> losses(List<List<RouterDecision>> shards, long step) {
    return shards.stream().map(layers -> loss.evaluate(layers, step).total()).toList();
  }

  @Override
  public void step(List<List<RouterDecision>> shards) {
    for (List<RouterDecision> layers : shards) {
      Require.that(
          controllers.isEmpty() || controllers.size() == layers.size(),
          "controllers must be none or one a layer: %d != %d",
          controllers.size(),
          layers.size());
      for (int l = 0; l < controllers.size(); l++) {
        controllers.get(l).observe(layers.get(l));
      }
    }
    distinct().forEach(LoadController::step);
  }

  private List<LoadController> distinct() {
    return List.copyOf(new LinkedHashSet<>(controllers));
  }

  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    state().addTo(checkpoint, prefix);
  }

  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    state().restore(checkpoint, prefix);
  }

  private Stateful state() {
    Map<String, LoadController> byIndex = new LinkedHashMap<>();
    distinct().forEach(controller -> byIndex.put("controller." + byIndex.size(), controller));
    return Stateful.of(byIndex);
  }
}
