package io.github.moe4j.parallel;

import io.github.moe4j.core.internal.Require;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The ranks that hold each expert: one, or several with a replica each. Immutable.
 *
 * <p>The rows that rank s has for an expert with n replicas go to the replica s mod n, in ascending order of their
 * ranks.
 */
public final class Placement {
  private final int ranks;
  private final int[][] ranksOf;

  private Placement(int ranks, int[][] ranksOf) {
    this.ranks = ranks;
    this.ranksOf = ranksOf;
  }

  /**
   * A given placement.
   *
   * @param ranks number of ranks N
   * @param ranksOfExpert ranks of each expert [E], ascending, at least one for each. Not modified.
   * @throws IllegalArgumentException if there are no experts, an expert has no rank, or a rank is out of range or not
   *     ascending
   */
  public static Placement of(int ranks, int[]... ranksOfExpert) {
    Require.positive("ranks", ranks);
    Require.positive("experts", ranksOfExpert.length);
    int[][] copy = new int[ranksOfExpert.length][];
    for (int e = 0; e < copy.length; e++) {
      int[] own = ranksOfExpert[e].clone();
      Require.that(own.length > 0, "expert %d must have a rank but has none", e);
      for (int i = 0; i < own.length; i++) {
        Require.that(
            own[i] >= 0 && own[i] < ranks && (i == 0 || own[i] > own[i - 1]),
            "ranks of expert %d must be ascending in [0, %d) but were %s",
            e,
            ranks,
            Arrays.toString(own));
      }
      copy[e] = own;
    }
    return new Placement(ranks, copy);
  }

  /**
   * Experts in order, as equal numbers as possible: the first E mod N ranks have one more.
   *
   * @throws IllegalArgumentException if there are no experts or ranks
   */
  public static Placement even(int experts, int ranks) {
    Require.positive("experts", experts);
    Require.positive("ranks", ranks);
    int[][] ranksOf = new int[experts][];
    int more = experts % ranks;
    int few = experts / ranks;
    for (int e = 0; e < experts; e++) {
      int rank = e < more * (few + 1) ? e / (few + 1) : more + (e - more * (few + 1)) / few;
      ranksOf[e] = new int[] {rank};
    }
    return new Placement(ranks, ranksOf);
  }

  /**
   * Placement by measured load: the most loaded expert first, each to the rank with the least load so far, of equal ones
   * to that with the fewest experts, then to the lowest.
   *
   * @param load rows of each expert [E], such as {@code LoadStatistics.assigned()}. Not modified.
   * @throws IllegalArgumentException if there are no experts or ranks, or a load is negative
   */
  public static Placement byLoad(long[] load, int ranks) {
    Require.positive("experts", load.length);
    Require.positive("ranks", ranks);
    for (int e = 0; e < load.length; e++) {
      Require.that(load[e] >= 0, "load of expert %d must be at least 0 but was %d", e, load[e]);
    }
    long[] total = new long[ranks];
    int[] count = new int[ranks];
    int[][] ranksOf = new int[load.length][];
    int[] order = IntStream.range(0, load.length)
        .boxed()
        .sorted(Comparator.comparingLong((Integer e) -> -load[e]))
        .mapToInt(Integer::intValue)
        .toArray();
    for (int e : order) {
      int rank = IntStream.range(0, ranks)
          .boxed()
          .min(Comparator.comparingLong((Integer r) -> total[r]).thenComparingInt(r -> count[r]))
          .orElseThrow();
      total[rank] += load[e];
      count[rank]++;
      ranksOf[e] = new int[] {rank};
    }
    return new Placement(ranks, ranksOf);
  }

  /**
   * The same with replicas: each rank also holds the experts of the ranks before it, so that the loss of fewer ranks
   * than there are copies loses no expert.
   *
   * @param copies of each expert, on its rank and the next ones in turn, from 1 to N
   * @throws IllegalArgumentException if there are fewer copies or more, or an expert has replicas already
   */
  public Placement withReplicas(int copies) {
    Require.that(
        copies >= 1 && copies <= ranks, "copies must be in [1, %d] but were %d", ranks, copies);
    int[][] replicated = new int[experts()][];
    for (int e = 0; e < replicated.length; e++) {
      Require.that(
          ranksOf[e].length == 1,
          "expert %d must have one rank but has %s",
          e,
          Arrays.toString(ranksOf[e]));
      int first = ranksOf[e][0];
      replicated[e] =
          IntStream.range(0, copies).map(i -> (first + i) % ranks).sorted().toArray();
    }
    return new Placement(ranks, replicated);
  }

  /**
   * What is left when ranks are lost; the others are numbered anew, in their order.
   *
   * @param lost ranks. Not modified.
   * @throws IllegalArgumentException if an expert has no other rank, or a rank is out of range or comes twice
   */
  public Placement without(int... lost) {
    int[] gone = lost.clone();
    Arrays.sort(gone);
    for (int i = 0; i < gone.length; i++) {
      Require.that(
          gone[i] >= 0 && gone[i] < ranks && (i == 0 || gone[i] > gone[i - 1]),
          "lost ranks must be different ones in [0, %d) but were %s",
          ranks,
          Arrays.toString(lost));
    }
    int[][] left = new int[experts()][];
    for (int e = 0; e < left.length; e++) {
      left[e] = Arrays.stream(ranksOf[e])
          .filter(r -> Arrays.binarySearch(gone, r) < 0)
          .map(r -> r - (int) Arrays.stream(gone).filter(g -> g < r).count())
          .toArray();
      Require.that(
          left[e].length > 0,
          "expert %d must have a replica on a rank that is left but had only ranks %s",
          e,
          Arrays.toString(ranksOf[e]));
    }
    return new Placement(ranks - gone.length, left);
  }

  /** Number of experts E. */
  public int experts() {
    return ranksOf.length;
  }

  /** Number of ranks N. */
  public int ranks() {
    return ranks;
  }

  /**
   * The ranks that hold an expert.
   *
   * @return ascending, a copy
   */
  public int[] ranksOf(int expert) {
    return ranksOf[expert].clone();
  }

  /**
   * The experts that a rank holds.
   *
   * @return ascending; empty if it holds none
   */
  public int[] expertsOn(int rank) {
    return IntStream.range(0, experts())
        .filter(e -> Arrays.binarySearch(ranksOf[e], rank) >= 0)
        .toArray();
  }

  /** The rank to which a rank sends its rows of an expert. */
  public int target(int expert, int source) {
    int[] own = ranksOf[expert];
    return own[source % own.length];
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Placement that
        && ranks == that.ranks
        && Arrays.deepEquals(ranksOf, that.ranksOf);
  }

  @Override
  public int hashCode() {
    return 31 * ranks + Arrays.deepHashCode(ranksOf);
  }

  /** The ranks of each expert, such as {@code [[0], [0, 1]] of 2 ranks}. */
  @Override
  public String toString() {
    return Arrays.deepToString(ranksOf) + " of " + ranks + (ranks == 1 ? " rank" : " ranks");
  }
}
