package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Several mechanisms at once: their losses add up.
 *
 * @param parts at least one
 */
public record BalanceSum(List<Balancing> parts) implements Balancing {
  /** Copies. */
  public BalanceSum {
    parts = List.copyOf(parts);
  }

  @Override
  public List<LossValue> losses(List<List<RouterDecision>> shards, long step) {
    return parts.stream()
        .map(part -> part.losses(shards, step))
        .reduce(BalanceSum::plus)
        .orElseThrow();
  }

  private static List<LossValue> plus(List<LossValue> a, List<LossValue> b) {
    return IntStream.range(0, a.size()).mapToObj(i -> a.get(i).plus(b.get(i))).toList();
  }

  @Override
  public void step(List<List<RouterDecision>> shards) {
    parts.forEach(part -> part.step(shards));
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
    Map<String, Balancing> byIndex = new LinkedHashMap<>();
    parts.forEach(part -> byIndex.put(Integer.toString(byIndex.size()), part));
    return Stateful.of(byIndex);
  }
}
