package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.checkpoint.Stateful;
import io.github.moe4j.core.internal.Require;
import java.util.ArrayList;
import java.util.List;

/** What one loss has counted since the last optimizer step, layer by layer. */
final class StepCounts implements Stateful {
  private final CountReducer workers;
  private List<ExpertCounts> counted = List.of();

  StepCounts(CountReducer workers) {
    this.workers = workers;
  }

  /**
   * These counts and those of some micro-batches of all workers; changes nothing here.
   *
   * @param batches decisions of the layers of each micro-batch
   */
  List<ExpertCounts> with(CountedLoss loss, List<List<RouterDecision>> batches) {
    int layers = batches.get(0).size();
    Require.that(
        counted.isEmpty() || counted.size() == layers,
        "the number of layers must be the same in all calls of a step: %d != %d",
        counted.size(),
        layers);
    List<ExpertCounts> own = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      int layer = l;
      own.add(batches.stream()
          .map(batch -> loss.count(batch.get(layer)))
          .reduce(ExpertCounts::plus)
          .orElseThrow());
    }
    List<ExpertCounts> all = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      ExpertCounts sum = workers.sum(l, own.get(l));
      all.add(counted.isEmpty() ? sum : counted.get(l).plus(sum));
    }
    return all;
  }

  List<ExpertCounts> counted() {
    return counted;
  }

  void set(List<ExpertCounts> counts) {
    counted = List.copyOf(counts);
  }

  void clear() {
    counted = List.of();
  }

  @Override
  public void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint.longs(prefix + ".layers", counted.size());
    for (int l = 0; l < counted.size(); l++) {
      ExpertCounts counts = counted.get(l);
      String layer = prefix + "." + l;
      checkpoint.longs(layer + ".perExpert", counts.perExpert());
      checkpoint.longs(layer + ".tokens", counts.tokens());
      checkpoint.doubles(layer + ".choices", counts.choices());
    }
  }

  @Override
  public void restore(Checkpoint checkpoint, String prefix) {
    long layers = checkpoint.number(prefix + ".layers");
    List<ExpertCounts> restored = new ArrayList<>();
    for (int l = 0; l < layers; l++) {
      String layer = prefix + "." + l;
      double[] choices = checkpoint.doubles(layer + ".choices");
      Require.length(layer + ".choices", choices, 1);
      restored.add(new ExpertCounts(
          checkpoint.longs(layer + ".perExpert"),
          checkpoint.number(layer + ".tokens"),
          choices[0]));
    }
    set(restored);
  }
}
