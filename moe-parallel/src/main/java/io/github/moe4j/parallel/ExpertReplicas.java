package io.github.moe4j.parallel;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.ArrayBytes;
import io.github.moe4j.core.internal.Gemm;
import io.github.moe4j.core.internal.Require;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts of which several ranks of a group may hold a replica. Whole stacks of an expert's parameters are [local
 * experts,…], in the order of their numbers.
 */
final class ExpertReplicas {
  private final Group group;
  private final String path;
  private final Set<String> names;
  private final Placement holders;
  private final int[] own;
  private final List<Run> runs;

  /** Successive experts that the same ranks hold, this one among them. */
  private record Run(int place, int count, Group replicas) {}

  private ExpertReplicas(
      Group group, String path, Set<String> names, Placement holders, List<Run> runs) {
    this.group = group;
    this.path = path;
    this.names = names;
    this.holders = holders;
    this.own = holders.expertsOn(group.rank());
    this.runs = runs;
  }

  /**
   * Finds out which ranks hold which experts. Collective.
   *
   * @param group whose ranks are all those of the experts
   * @param path of the experts among the parameters
   */
  static ExpertReplicas of(Group group, String path, ExpertParallel experts) {
    int number = experts.experts();
    List<String> unstacked = experts.unstacked();
    long[][] numbers = group.allGather(number, unstacked.size());
    for (int r = 0; r < numbers.length; r++) {
      Require.that(
          numbers[r][1] == 0,
          "the first axis of all parameters of %s must be that of the experts of a rank but is not on rank %d%s",
          path,
          r,
          r == group.rank() ? ": " + unstacked : "");
    }
    for (int r = 1; r < numbers.length; r++) {
      Require.that(
          numbers[r][0] == numbers[0][0],
          "%s must have one number of experts on all ranks but have %d on rank 0 and %d on rank %d",
          path,
          numbers[0][0],
          numbers[r][0],
          r);
    }
    long[] held = new long[number];
    for (int e : experts.placement().expertsOn(experts.group().rank())) {
      held[e] = 1;
    }
    long[][] all = group.allGather(held);
    int[][] ranksOf = new int[number][];
    for (int e = 0; e < number; e++) {
      int expert = e;
      ranksOf[e] =
          IntStream.range(0, all.length).filter(r -> all[r][expert] == 1).toArray();
    }
    Placement holders = Placement.of(group.size(), ranksOf);
    Set<String> names = new HashSet<>();
    experts.parameters().names().forEach(name -> names.add(path + "." + name));
    return new ExpertReplicas(group, path, names, holders, runs(group, holders));
  }

  /** All ranks divide the experts, and the group, in the same order. */
  private static List<Run> runs(Group group, Placement holders) {
    Map<String, Group> groups = new HashMap<>();
    List<Run> runs = new ArrayList<>();
    int place = 0;
    for (int first = 0, end; first < holders.experts(); first = end) {
      int[] ranks = holders.ranksOf(first);
      end = first + 1;
      while (end < holders.experts() && Arrays.equals(ranks, holders.ranksOf(end))) {
        end++;
      }
      boolean isHere = Arrays.binarySearch(ranks, group.rank()) >= 0;
      if (ranks.length > 1) {
        Group replicas =
            groups.computeIfAbsent(Arrays.toString(ranks), key -> group.split(isHere ? 1 : 0));
        if (isHere) {
          runs.add(new Run(place, end - first, replicas));
        }
      }
      place += isHere ? end - first : 0;
    }
    return runs;
  }

  /** Path of the experts among the parameters. */
  String path() {
    return path;
  }

  /** Number of experts E. */
  int experts() {
    return holders.experts();
  }

  /** Whether a parameter is one of these experts, not one of what is around them, such as a norm. */
  boolean contains(String name) {
    return names.contains(name);
  }

  /**
   * Adds the rows of each expert over all ranks. Collective.
   *
   * @param counts of each expert, of this rank's tokens [E]
   * @return those of the experts that this rank holds
   */
  int[] rows(int[] counts) {
    Require.that(
        counts.length == experts(),
        "counts of %s must be of its %d experts but are %d",
        path,
        experts(),
        counts.length);
    long[] mine = Arrays.stream(counts).asLongStream().toArray();
    long[] sum = new long[experts()];
    for (long[] ofRank : group.allGather(mine)) {
      Arrays.setAll(sum, e -> sum[e] + ofRank[e]);
    }
    return Arrays.stream(own).map(e -> Math.toIntExact(sum[e])).toArray();
  }

  /**
   * Adds the gradients of each expert over its ranks, in their order. Collective.
   *
   * @param gradients of this rank. Modified.
   */
  void reduce(Gradients gradients) {
    for (Run run : runs) {
      gradients.forEach((name, array) -> {
        if (contains(name)) {
          INDArray stack = stack(name, array);
          run.replicas.allReduce(Gemm.rows(stack, run.place, run.place + run.count));
        }
      });
    }
  }

  /** The parameters of an expert as a row [local experts,…]. */
  private INDArray stack(String name, INDArray array) {
    Require.that(
        array.size(0) == own.length,
        "%s must be of the %d experts of rank %d but has shape %s",
        name,
        own.length,
        group.rank(),
        Arrays.toString(array.shape()));
    return array.reshape('c', own.length, array.length() / own.length);
  }

  /**
   * The squared norms of the gradients of the experts of which this is the first rank; zero for all others.
   *
   * @param gradients after {@link #reduce}. Not modified.
   * @return [E]
   */
  double[] squares(Gradients gradients) {
    double[] squares = new double[experts()];
    gradients.forEach((name, array) -> {
      if (contains(name)) {
        INDArray stack = stack(name, array);
        for (int i = 0; i < own.length; i++) {
          if (holders.ranksOf(own[i])[0] == group.rank()) {
            squares[own[i]] += DataParallel.square(Gemm.rows(stack, i, i + 1));
          }
        }
      }
    });
    return squares;
  }

  /**
   * Checks that all ranks of an expert have the same parameters. Collective.
   *
   * @throws IllegalArgumentException on all ranks, if some differ
   */
  void requireSame(NamedArrays parameters) {
    long[] sums = new long[experts()];
    for (int i = 0; i < own.length; i++) {
      sums[own[i]] = checksum(parameters, i);
    }
    long[][] all = group.allGather(sums);
    for (int e = 0; e < experts(); e++) {
      int[] ranks = holders.ranksOf(e);
      for (int rank : ranks) {
        Require.that(
            all[rank][e] == all[ranks[0]][e],
            "expert %d of %s must have the same parameters on all its ranks but those of ranks %d and %d differ",
            e,
            path,
            ranks[0],
            rank);
      }
    }
  }

  private long checksum(NamedArrays parameters, int place) {
    CRC32C names = new CRC32C();
    CRC32C bits = new CRC32C();
    parameters.forEach((name, array) -> {
      if (contains(name)) {
        INDArray stack = stack(name, array);
        names.update((name + stack.size(1) + array.dataType()).getBytes(StandardCharsets.UTF_8));
        bits.update(ArrayBytes.of(stack, place * stack.size(1), stack.size(1)));
        Reference.reachabilityFence(stack);
      }
    });
    return names.getValue() << Integer.SIZE | bits.getValue();
  }
}
