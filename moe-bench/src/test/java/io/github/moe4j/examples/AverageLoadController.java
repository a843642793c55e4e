package io.github.moe4j.examples;

import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import java.util.Arrays;

/**
 * A bias against the average load: {@code load ← keep·load + (1 − keep)·n/N} after every step, and {@code b_e =
 * strength·(1 − E·load_e)}. State: bias [E], load [E], counts [E] since the last step.
 */
public final class AverageLoadController implements LoadController {
  private final ExpertBias bias;
  private final double keep;
  private final double strength;
  private double[] load;
  private long[] counts;

  /** A controller of a bias, which starts from even load. */
  public AverageLoadController(ExpertBias bias, double keep, double strength) {
    require(keep >= 0 && keep < 1, "keep must be in [0, 1) but was " + keep);
    require(strength > 0, "strength must be above 0 but was " + strength);
    this.bias = bias;
    this.keep = keep;
    this.strength = strength;
    this.load = new double[bias.experts()];
    this.counts = new long[bias.experts()];
    Arrays.fill(load, 1.0 / bias.experts());
  }

  @Override
  public synchronized void observe(RouterDecision decision) {
    require(
        decision.experts() == bias.experts(),
        "decision must be of E = " + bias.experts() + " but was of " + decision.experts());
    int[] more = decision.assignments().countPerExpert(); // padding has none
    Arrays.setAll(counts, e -> counts[e] + more[e]);
  }

  @Override
  public synchronized void step() {
    double all = Arrays.stream(counts).sum();
    if (all > 0) {
      double[] next = new double[load.length];
      Arrays.setAll(next, e -> keep * load[e] + (1 - keep) * counts[e] / all);
      bias.set(Arrays.stream(next).map(l -> strength * (1 - next.length * l)).toArray());
      load = next;
      counts = new long[counts.length];
    }
  }

  @Override
  public synchronized void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint
        .doubles(prefix + ".bias", bias.values())
        .doubles(prefix + ".load", load.clone())
        .longs(prefix + ".counts", counts.clone());
  }

  @Override
  public synchronized void restore(Checkpoint checkpoint, String prefix) {
    double[] newBias = finite(checkpoint, prefix + ".bias");
    double[] newLoad = finite(checkpoint, prefix + ".load");
    long[] newCounts = checkpoint.longs(prefix + ".counts");
    requireLength(prefix + ".counts", newCounts.length);
    for (long count : newCounts) {
      require(count >= 0, prefix + ".counts must be at least 0 but has " + count);
    }
    bias.set(newBias); // all is checked: nothing can fail any more
    load = newLoad;
    counts = newCounts;
  }

  private double[] finite(Checkpoint checkpoint, String name) {
    double[] values = checkpoint.doubles(name);
    requireLength(name, values.length);
    for (double value : values) {
      require(Double.isFinite(value), name + " must be finite but has " + value);
    }
    return values;
  }

  private void requireLength(String name, int length) {
    require(
        length == bias.experts(),
        name + " must have length " + bias.experts() + " but has " + length);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
