package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import java.util.Arrays;

/**
 * The load of one or several passes by expert. Immutable; padding is
 * ignored.
 *
 * <p>Assigned load is counted before dropping, kept load after; the measures of balance use the
 * assigned load, which the router determines.
 */
public final class LoadStatistics {
  private final long[] assigned;
  private final long[] kept;
  private final long tokens;
  private final double entropySum;
  private final long expertHits;
  private final long expertMisses;

  private LoadStatistics(long[] assigned, long[] kept, long tokens, double entropySum) {
    this(assigned, kept, tokens, entropySum, 0, 0);
  }

  private LoadStatistics(
      long[] assigned,
      long[] kept,
      long tokens,
      double entropySum,
      long expertHits,
      long expertMisses) {
    this.expertHits = expertHits;
    this.expertMisses = expertMisses;
    this.assigned = assigned;
    this.kept = kept;
    this.tokens = tokens;
    this.entropySum = entropySum;
  }

  /**
   * An empty load of {@code experts} experts.
   *
   * @throws IllegalArgumentException if there are no experts
   */
  public static LoadStatistics none(int experts) {
    Require.positive("experts", experts);
    return new LoadStatistics(new long[experts], new long[experts], 0, 0);
  }

  /** The load of one pass. */
  public static LoadStatistics of(RouterDecision decision, CapacityPass capacity) {
    double entropy = Double.NaN;
    if (decision.probabilities().isPresent()) {
      entropy = 0;
      Probabilities p = decision.probabilities().get();
      for (int t = 0; t < decision.tokens(); t++) {
        entropy += p.entropy(t);
      }
    }
    return of(decision, capacity, entropy);
  }

  /** The load of one pass without entropy, which needs the probabilities. */
  static LoadStatistics ofCounts(RouterDecision decision, CapacityPass capacity) {
    return of(decision, capacity, Double.NaN);
  }

  private static LoadStatistics of(RouterDecision decision, CapacityPass capacity, double entropy) {
    return new LoadStatistics(
        toLong(decision.assignments().countPerExpert()),
        toLong(keptPerExpert(capacity)),
        decision.mask().validTokens(),
        entropy);
  }

  /** Filler rows are no load; they come last. */
  private static int[] keptPerExpert(CapacityPass capacity) {
    Assignments kept = capacity.kept();
    int[] counts = kept.countPerExpert();
    for (int r = kept.size() - capacity.fillers(); r < kept.size(); r++) {
      counts[kept.expert(r)]--;
    }
    return counts;
  }

  private static long[] toLong(int[] counts) {
    return java.util.Arrays.stream(counts).asLongStream().toArray();
  }

  /**
   * A load from given counts, such as saved ones.
   *
   * @param assigned [E] assignments of each expert before dropping, at least one. Not modified.
   * @param kept [E] those that were kept. Not modified.
   * @param tokens real tokens seen
   * @param entropySum sum over tokens of the entropy in nats; NaN if the router has no distribution
   * @throws IllegalArgumentException if there are no experts, or lengths differ
   */
  public static LoadStatistics of(long[] assigned, long[] kept, long tokens, double entropySum) {
    Require.positive("experts", assigned.length);
    Require.that(
        kept.length == assigned.length,
        "kept must have length %d but has %d",
        assigned.length,
        kept.length);
    return new LoadStatistics(assigned.clone(), kept.clone(), tokens, entropySum);
  }

  /**
   * The sum of both loads.
   *
   * @throws IllegalArgumentException if the numbers of experts differ
   */
  public LoadStatistics plus(LoadStatistics other) {
    Require.that(
        experts() == other.experts(),
        "loads must have the same number of experts: %d != %d",
        experts(),
        other.experts());
    long[] a = assigned.clone();
    long[] k = kept.clone();
    for (int e = 0; e < a.length; e++) {
      a[e] += other.assigned[e];
      k[e] += other.kept[e];
    }
    return new LoadStatistics(
        a,
        k,
        tokens + other.tokens,
        entropySum + other.entropySum,
        expertHits + other.expertHits,
        expertMisses + other.expertMisses);
  }

  /** The same load with what a pass of the experts says of those in memory, if it does. */
  LoadStatistics with(ExpertsPass experts) {
    return withUses(ExpertsInMemory.hitsOf(experts), ExpertsInMemory.missesOf(experts));
  }

  /**
   * The same load with more uses of experts that have a budget of memory.
   *
   * @param hits of experts that were in memory
   * @param misses of experts that had to be read first
   */
  public LoadStatistics withUses(long hits, long misses) {
    return new LoadStatistics(
        assigned, kept, tokens, entropySum, expertHits + hits, expertMisses + misses);
  }

  /** Number of experts E. */
  public int experts() {
    return assigned.length;
  }

  /** Real tokens seen. */
  public long tokens() {
    return tokens;
  }

  /** Assignments of each expert before dropping [E]. */
  public long[] assigned() {
    return assigned.clone();
  }

  /** Assignments of each expert that were kept, rerouted ones where they went [E]. */
  public long[] kept() {
    return kept.clone();
  }

  /** Number of dropped assignments. */
  public long dropped() {
    return sum(assigned) - sum(kept);
  }

  /** Share of assignments dropped, in [0,1]; 0 if there were none. */
  public double droppedShare() {
    return sum(assigned) == 0 ? 0 : (double) dropped() / sum(assigned);
  }

  /** Standard deviation of the load over its mean: 0 when balanced, √(E−1) at total collapse. */
  public double coefficientOfVariation() {
    return coefficientOfVariation(assigned);
  }

  /**
   * Standard deviation of some counts over their mean; 0 if all are 0.
   *
   * @param counts at least one, such as the loads of devices. Not modified.
   */
  public static double coefficientOfVariation(long[] counts) {
    double mean = (double) sum(counts) / counts.length;
    if (mean == 0) {
      return 0;
    }
    double squares = 0;
    for (long n : counts) {
      squares += (n - mean) * (n - mean);
    }
    return Math.sqrt(squares / counts.length) / mean;
  }

  /** Load of the most loaded expert over the mean: 1 when balanced, E at total collapse. */
  public double mostLoadedOverMean() {
    long max = 0;
    for (long n : assigned) {
      max = Math.max(max, n);
    }
    return max == 0 ? 0 : max * (double) experts() / sum(assigned);
  }

  /** Uses of experts that were in memory, of experts with a budget of memory; 0 for all others. */
  public long expertHits() {
    return expertHits;
  }

  /** Uses of experts that had to be read first, of experts with a budget of memory; 0 for all others. */
  public long expertMisses() {
    return expertMisses;
  }

  /** Number of experts without tokens. */
  public int expertsWithoutTokens() {
    int count = 0;
    for (long n : assigned) {
      count += n == 0 ? 1 : 0;
    }
    return count;
  }

  /**
   * Mean over tokens of the entropy of the router's distribution, in nats; at most ln E, and NaN if
   * the router has no distribution.
   */
  public double routingEntropy() {
    return tokens == 0 ? 0 : entropySum / tokens;
  }

  /** Sum over tokens of the entropy of the router's distribution, in nats; NaN if it has none. */
  public double entropySum() {
    return entropySum;
  }

  private static long sum(long[] values) {
    return java.util.Arrays.stream(values).sum();
  }

  /** Such as {@code 64 tokens, load [10, 22, 15, 17], CV 0.27, 0 dropped}. */
  @Override
  public String toString() {
    return "%d tokens, load %s, CV %.2f, %d dropped"
        .formatted(tokens, Arrays.toString(assigned), coefficientOfVariation(), dropped());
  }
}
