package io.github.moe4j.balance.metric;

import io.github.moe4j.core.LoadStatistics;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * A scalar measure of load balance. Without gradient: for logs and tables.
 *
 * <p>With {@code n_e} the assignments of expert e before dropping, {@code N = Σ n_e} and the ideal
 * {@code N/E}. Total collapse below means every assignment on one expert, which takes K = 1. Where a
 * token's K experts differ, the worst is K experts that get all T tokens each: then E is to be read
 * as E/K in the values of {@link #VARIANCE_OF_COUNTS}, {@link #SQUARED_LOAD}, {@link
 * #COEFFICIENT_OF_VARIATION}, {@link #MOST_LOADED_OVER_MEAN} and {@link #GINI}, and {@link
 * #EXPERTS_WITHOUT_TOKENS} is E − K. A load without tokens gives 0, never NaN, except for {@link
 * #EXPERTS_WITHOUT_TOKENS}, which is E.
 *
 * <p>Hard counts cannot train a router. A small change of its scores changes no choice, so a count
 * is piecewise constant: its gradient is zero wherever it exists, and at the jumps it does not. A
 * loss therefore needs a smooth surrogate for at least one factor. {@link
 * io.github.moe4j.balance.SwitchLoss} multiplies the counts by the mean probability, as GShard does
 * (Lepikhin et al. 2020, arXiv 2006.16668, section 2.2) to make {@link #SQUARED_LOAD} trainable;
 * {@link io.github.moe4j.balance.ImportanceLoss} takes weights or probabilities in place of counts;
 * {@link io.github.moe4j.balance.LoadLoss} takes the probability of being chosen under noise.
 */
public enum LoadMetric {
  /**
   * Population variance of the counts over the squared ideal, {@code Σ(n_e − N/E)²/E / (N/E)²}: the
   * squared coefficient of variation of hard counts. 0 when balanced, E − 1 at total collapse; no
   * unit. Shazeer et al. 2017, arXiv 1701.06538, equation 11, has it of a smooth estimate of the
   * counts.
   */
  VARIANCE_OF_COUNTS("variance of counts", LoadMetric::variance),

  /**
   * {@code E·Σ(n_e/N)²}, which is 1 more than {@link #VARIANCE_OF_COUNTS}. 1 when balanced, E at
   * total collapse; no unit. GShard, arXiv 2006.16668, section 2.2, starts from it.
   */
  SQUARED_LOAD("squared load", LoadMetric::squaredLoad),

  /**
   * Standard deviation over mean, {@link LoadStatistics#coefficientOfVariation}. 0 when balanced,
   * √(E − 1) at total collapse; no unit.
   */
  COEFFICIENT_OF_VARIATION("coefficient of variation", LoadStatistics::coefficientOfVariation),

  /**
   * {@code max n_e/(N/E)}, {@link LoadStatistics#mostLoadedOverMean}. 1 when balanced, E at total
   * collapse; no unit. Wang et al. 2024 (loss-free balancing, arXiv 2408.15664) measure {@code
   * MaxVio = max/mean − 1}, 1 less.
   */
  MOST_LOADED_OVER_MEAN("most loaded / mean", LoadStatistics::mostLoadedOverMean),

  /**
   * Gini coefficient of the counts, {@code Σ_e Σ_f |n_e − n_f|/(2·E·N)}. 0 when balanced, (E − 1)/E
   * at total collapse; no unit.
   */
  GINI("Gini coefficient", LoadMetric::gini),

  /**
   * {@link LoadStatistics#routingEntropy}, in nats: the router's uncertainty per token. It
   * does not measure balance: ln E for a uniform distribution, 0 for a router that is certain of
   * every token, be its load balanced or collapsed. NaN if the router has no distribution.
   */
  ROUTING_ENTROPY("routing entropy", LoadStatistics::routingEntropy),

  /**
   * {@link LoadStatistics#droppedShare}, of all assignments. 0 when balanced, for a capacity of
   * at least the mean; at total collapse 1 − C/N with capacity C ≤ N.
   */
  DROPPED_SHARE("dropped share", LoadStatistics::droppedShare),

  /**
   * {@link LoadStatistics#expertsWithoutTokens}, in experts. 0 when balanced, E − 1 at total
   * collapse.
   */
  EXPERTS_WITHOUT_TOKENS("experts without tokens", LoadStatistics::expertsWithoutTokens);

  private final String label;
  private final ToDoubleFunction<LoadStatistics> measure;

  LoadMetric(String label, ToDoubleFunction<LoadStatistics> measure) {
    this.label = label;
    this.measure = measure;
  }

  /** Its name for tables and charts. */
  public String label() {
    return label;
  }

  /** The measure of a load. */
  public double of(LoadStatistics load) {
    return measure.applyAsDouble(load);
  }

  /** Every measure of a load, in the order of the constants; unmodifiable. */
  public static Map<LoadMetric, Double> all(LoadStatistics load) {
    EnumMap<LoadMetric, Double> result = new EnumMap<>(LoadMetric.class);
    for (LoadMetric metric : values()) {
      result.put(metric, metric.of(load));
    }
    return Collections.unmodifiableMap(result);
  }

  private static double variance(LoadStatistics load) {
    long[] counts = load.assigned();
    double ideal = (double) Arrays.stream(counts).sum() / counts.length;
    double sum = 0;
    for (int e = 0; ideal > 0 && e < counts.length; e++) {
      double deviation = counts[e] / ideal - 1;
      sum += deviation * deviation;
    }
    return sum / counts.length;
  }

  private static double squaredLoad(LoadStatistics load) {
    long[] counts = load.assigned();
    double total = Arrays.stream(counts).sum();
    double sum = 0;
    for (int e = 0; total > 0 && e < counts.length; e++) {
      sum += counts[e] / total * (counts[e] / total);
    }
    return sum * counts.length;
  }

  /** In rising order, {@code Σ_e Σ_f |n_e − n_f|/2 = Σ_i (2i − E + 1)·n_i}: each difference once. */
  private static double gini(LoadStatistics load) {
    long[] counts = load.assigned();
    Arrays.sort(counts);
    double total = Arrays.stream(counts).sum();
    double sum = 0;
    for (int i = 0; total > 0 && i < counts.length; i++) {
      sum += (2.0 * i - counts.length + 1) * counts[i] / total;
    }
    return sum / counts.length;
  }
}
