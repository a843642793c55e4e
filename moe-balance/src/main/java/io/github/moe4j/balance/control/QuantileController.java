package io.github.moe4j.balance.control;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.internal.Exp;
import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * Quantile balancing: after every optimizer step the bias is set to the value that would
 * have balanced the experts, by one step of coordinate descent ({@code qb_dual_update} of
 * Megatron-LM).
 *
 * <p>Of each pass with n real tokens, {@code α_t} is the (k+1)-th largest of {@code s_te + b_e}, the
 * threshold for being chosen, and expert e's dual variable {@code β_e} is the {@code (n·k/E + 1)}-th
 * largest of {@code s_te − α_t} over the tokens. At the step, with the mean β over the passes, {@code
 * b ← keep·b + (1 − keep)·(−β)} less its mean.
 *
 * <p>s are the scores that the router adds its bias to: the logits, as in Megatron-LM, or their
 * sigmoids. Megatron-LM rejects passes in which E does not divide n·k; here the number is rounded
 * down. A pass without real tokens, or with k = E, is ignored. It converges in a few steps,
 * whereas {@link BiasController} is limited by its rate, and it needs all scores rather than counts.
 *
 * <p>At perfect balance with equal scores the bias stays 0. At total collapse, with one expert's
 * scores above the others by a, its bias becomes about a below theirs.
 *
 * <p>The mean over passes is a sum of float64: the same order of calls gives the same bits. State:
 * {@code bias} [E], {@code sum} [E] of β since the last step, {@code passes} [1].
 */
public final class QuantileController implements LoadController {
  private static final String USER = "quantile balancing";

  private final ExpertBias bias;
  private final int k;
  private final double keep;
  private final DoubleUnaryOperator score;
  private double[] sum;
  private long passes;

  private QuantileController(ExpertBias bias, int k, double keep, DoubleUnaryOperator score) {
    Require.that(
        k >= 1 && k <= bias.experts(), "k must be in [1, %d] but was %d", bias.experts(), k);
    Require.that(keep >= 0 && keep < 1, "keep must be in [0, 1) but was %s", keep);
    this.bias = bias;
    this.k = k;
    this.keep = keep;
    this.score = score;
    this.sum = new double[bias.experts()];
  }

  /**
   * For routers that add the bias to the logits.
   *
   * @param bias read by the router. Modified by {@link #step} and {@link #restore}.
   * @param k choices per token
   * @throws IllegalArgumentException if k is not in [1, E]
   */
  public static QuantileController ofLogits(ExpertBias bias, int k) {
    return new QuantileController(bias, k, 0, s -> s);
  }

  /**
   * For routers that add the bias to the sigmoids of the logits, such as DeepSeek-V3's.
   *
   * @throws IllegalArgumentException if k is not in [1, E]
   */
  public static QuantileController ofSigmoids(ExpertBias bias, int k) {
    return new QuantileController(bias, k, 0, Exp::sigmoid);
  }

  /**
   * The same with a moving average.
   *
   * @param share of the old bias that a step keeps, in [0, 1); 0 by default as in Megatron-LM
   * @throws IllegalArgumentException if the share is not in [0, 1)
   */
  public QuantileController keeping(double share) {
    return new QuantileController(bias, k, share, score);
  }

  @Override
  public void requireFits(RouterDecision decision) {
    Require.that(
        decision.experts() == bias.experts(),
        "decision must be of E = %d but was of %d",
        bias.experts(),
        decision.experts());
    decision.requireLogits(USER);
  }

  @Override
  public void observe(RouterDecision decision) {
    requireFits(decision);
    int experts = bias.experts();
    Logits logits = decision.requireLogits(USER);
    int[] tokens = decision.mask().validIndices(0, decision.tokens());
    if (tokens.length == 0 || k == experts) {
      return;
    }
    double[][] columns = new double[experts][tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      for (int e = 0; e < experts; e++) {
        columns[e][i] = score.applyAsDouble(logits.get(tokens[i], e));
      }
    }
    add(prices(columns, bias.values(), k));
  }

  /**
   * The price of each expert [E].
   *
   * @param columns scores of each expert for every token [E][n]. Modified.
   * @param added bias of each expert [E]. Not modified.
   */
  static double[] prices(double[][] columns, double[] added, int k) {
    int experts = columns.length;
    int tokens = columns[0].length;
    double[] row = new double[experts];
    for (int t = 0; t < tokens; t++) {
      for (int e = 0; e < experts; e++) {
        row[e] = columns[e][t] + added[e];
      }
      Arrays.sort(row);
      double alpha = row[experts - 1 - k];
      for (double[] column : columns) {
        column[t] -= alpha;
      }
    }
    int share = (int) ((long) tokens * k / experts);
    double[] prices = new double[experts];
    for (int e = 0; e < experts; e++) {
      Arrays.sort(columns[e]);
      prices[e] = columns[e][tokens - 1 - share];
    }
    return prices;
  }

  private synchronized void add(double[] prices) {
    Arrays.setAll(sum, e -> sum[e] + prices[e]);
    passes++;
  }

  /**
   * The sum of β [E], and the number of passes. With several workers the mean runs over the passes of all, each of which
   * is of its own part of the batch: what one worker would observe with those parts as micro-batches.
   */
  @Override
  public synchronized double[] observed() {
    double[] all = Arrays.copyOf(sum, sum.length + 1);
    all[sum.length] = passes;
    return all;
  }

  @Override
  public synchronized void replaceObserved(double[] ofAll) {
    Require.length("observations of all workers", ofAll, sum.length + 1);
    sum = Arrays.copyOf(ofAll, sum.length);
    passes = (long) ofAll[sum.length];
  }

  @Override
  public synchronized void step() {
    if (passes > 0) {
      double[] values = bias.values();
      Arrays.setAll(values, e -> keep * values[e] - (1 - keep) * (sum[e] / passes));
      bias.set(Centre.of(values));
    }
    sum = new double[sum.length];
    passes = 0;
  }

  @Override
  public synchronized void addTo(Checkpoint.Builder checkpoint, String prefix) {
    checkpoint
        .doubles(prefix + ".bias", bias.values())
        .doubles(prefix + ".sum", sum)
        .longs(prefix + ".passes", passes);
  }

  @Override
  public synchronized void restore(Checkpoint checkpoint, String prefix) {
    SavedState state = new SavedState(checkpoint, prefix);
    double[] values = state.finite("bias", bias.experts());
    double[] restored = state.finite("sum", bias.experts());
    long count = state.count("passes");
    bias.set(values);
    sum = restored;
    passes = count;
  }
}
