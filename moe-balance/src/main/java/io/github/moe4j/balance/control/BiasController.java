package io.github.moe4j.balance.control;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * Balances without a loss: after every optimizer step the selection bias of a router changes by the
 * load of that step, up for experts with few tokens and down for those with many (Wang et al. 2024,
 * arXiv 2408.15664; DeepSeek-V3, arXiv 2412.19437, section 2.1.2).
 *
 * <p>It counts choices, so the order in which passes are observed does not matter. Each layer has
 * its own bias and controller. With several workers a {@code Balancer} adds their
 * counts; in a loop of your own, pass the sum of the others' {@link #counts} to {@link #add} before the step.
 *
 * <p>State: {@code bias} [E], {@code counts} [E] since the last step, {@code step} [1].
 */
public final class BiasController implements LoadController {
  private final ExpertBias bias;
  private final BiasRule rule;
  private long[] counts;
  private long step;

  /**
   * A controller at step 0.
   *
   * @param bias read by the router. Modified by {@link #step} and {@link #restore}.
   */
  public BiasController(ExpertBias bias, BiasRule rule) {
    this.bias = bias;
    this.rule = rule;
    this.counts = new long[bias.experts()];
  }

  /** A controller at step 0 of a bias, which it modifies. */
  public static BiasController of(ExpertBias bias, BiasRule rule) {
    return new BiasController(bias, rule);
  }

  @Override
  public void requireFits(RouterDecision decision) {
    requireExperts(decision.experts());
  }

  @Override
  public synchronized void observe(RouterDecision decision) {
    requireFits(decision);
    int[] more = decision.assignments().countPerExpert();
    Arrays.setAll(counts, e -> counts[e] + more[e]);
  }

  /**
   * Adds given counts of choices, such as those of other workers.
   *
   * @param more choices of each expert [E], at least 0. Not modified.
   * @throws IllegalArgumentException if the length is not E, or a count is negative
   */
  public synchronized void add(long... more) {
    requireExperts(more.length);
    for (int e = 0; e < more.length; e++) {
      Require.that(more[e] >= 0, "count of expert %d must be at least 0 but was %d", e, more[e]);
    }
    Arrays.setAll(counts, e -> counts[e] + more[e]);
  }

  /** A copy of the choices of each expert since the last step [E]. */
  public synchronized long[] counts() {
    return counts.clone();
  }

  /** The counts. */
  @Override
  public synchronized double[] observed() {
    return Arrays.stream(counts).asDoubleStream().toArray();
  }

  @Override
  public synchronized void replaceObserved(double[] ofAll) {
    requireExperts(ofAll.length);
    counts = Arrays.stream(ofAll).mapToLong(n -> (long) n).toArray();
  }

  @Override
  public synchronized void step() {
    double[] values = bias.values();
    if (Arrays.stream(counts).anyMatch(n -> n > 0)) {
      double[] change = rule.change(counts.clone(), step);
      Require.length("change of the bias", change, values.length);
      Arrays.setAll(values, e -> values[e] + change[e]);
      bias.set(values);
    }
    counts = new long[counts.length];
    step++;
  }

  @Override
  public synchronized void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint
        .doubles(prefix + ".bias", bias.values())
        .longs(prefix + ".counts", counts)
        .longs(prefix + ".step", step);
  }

  @Override
  public synchronized void restore(Checkpoint checkpoint, String prefix) {
    SavedState state = new SavedState(checkpoint, prefix);
    double[] values = state.finite("bias", bias.experts());
    long[] restored = state.counts("counts", bias.experts());
    long done = state.count("step");
    bias.set(values);
    counts = restored;
    step = done;
  }

  private void requireExperts(int experts) {
    Require.that(
        experts == bias.experts(),
        "counts must be of E = %d but were of %d",
        bias.experts(),
        experts);
  }
}
