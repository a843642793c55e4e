package io.github.moe4j.testkit.mutants;

import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import java.util.Arrays;

/**
 * Moves each bias by 0.1 towards the mean load, in steps that a mutant replaces.
 *
 * <p>State: {@code bias} [E], {@code counts} [E] since the last step.
 */
class ExampleController implements LoadController {
  final ExpertBias bias;
  long[] counts;

  ExampleController(ExpertBias bias) {
    this.bias = bias;
    this.counts = new long[bias.experts()];
  }

  @Override
  public void observe(RouterDecision decision) {
    requireExperts(decision.experts());
    count(decision.assignments().countPerExpert());
  }

  void requireExperts(int experts) {
    if (experts != bias.experts()) {
      throw new IllegalArgumentException(
          "decision must be of E = " + bias.experts() + " but was of " + experts);
    }
  }

  synchronized void count(int... more) {
    Arrays.setAll(counts, e -> counts[e] + more[e]);
  }

  @Override
  public synchronized double[] observed() {
    return Arrays.stream(counts).asDoubleStream().toArray();
  }

  @Override
  public synchronized void replaceObserved(double[] ofAll) {
    requireExperts(ofAll.length);
    counts = Arrays.stream(ofAll).mapToLong(n -> (long) n).toArray();
  }

  double change(double mean, long count) {
    return 0.1 * Math.signum(mean - count);
  }

  void forget() {
    counts = new long[counts.length];
  }

  @Override
  public synchronized void step() {
    double mean = (double) Arrays.stream(counts).sum() / counts.length;
    double[] values = bias.values();
    Arrays.setAll(values, e -> values[e] + change(mean, counts[e]));
    bias.set(values);
    forget();
  }

  @Override
  public synchronized void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint.doubles(prefix + ".bias", bias.values()).longs(prefix + ".counts", counts.clone());
  }

  @Override
  public synchronized void restore(Checkpoint checkpoint, String prefix) {
    double[] values = checkpoint.doubles(prefix + ".bias");
    long[] restored = checkpoint.longs(prefix + ".counts");
    require(values.length == bias.experts(), prefix + ".bias has length " + values.length);
    require(restored.length == counts.length, prefix + ".counts has length " + restored.length);
    requireNumbers(values, restored, prefix);
    bias.set(values);
    counts = restored;
  }

  void requireNumbers(double[] values, long[] restored, String prefix) {
    require(Arrays.stream(values).allMatch(Double::isFinite), prefix + ".bias must be finite");
    require(Arrays.stream(restored).allMatch(n -> n >= 0), prefix + ".counts must be at least 0");
  }

  static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
