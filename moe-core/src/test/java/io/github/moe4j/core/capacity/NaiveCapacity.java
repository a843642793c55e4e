package io.github.moe4j.core.capacity;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** The capacity rules as anybody would write them first, with boxed sorts, maps and lists. */
public final class NaiveCapacity {
  private final RouterDecision decision;
  private final Assignments all;
  private final Probabilities p;
  private final int limit;

  /** Rules about a decision with the same limit for every expert. */
  public NaiveCapacity(RouterDecision decision, int limit) {
    this.decision = decision;
    this.all = decision.assignments();
    this.p = decision.requireProbabilities("test");
    this.limit = limit;
  }

  /** One assignment. */
  public record Row(int token, int expert, double weight) {}

  private record Place(int group, int expert) {}

  /** All assignments as rows. */
  public static List<Row> rows(Assignments assignments) {
    return IntStream.range(0, assignments.size())
        .mapToObj(n -> new Row(assignments.token(n), assignments.expert(n), assignments.weight(n)))
        .toList();
  }

  /** The service order of a name, by sorting with a comparator. */
  public int[] order(String name, RandomGenerator random) {
    int[] choice = new int[all.size()];
    double[] uniform = new double[all.size()];
    Map<Integer, Integer> seen = new HashMap<>();
    for (int n = 0; n < all.size(); n++) {
      choice[n] = seen.merge(all.token(n), 1, Integer::sum);
      uniform[n] = random.nextDouble();
    }
    Comparator<Integer> byChoice = Comparator.comparingInt(n -> choice[n]);
    Comparator<Integer> byToken = Comparator.comparingInt(all::token);
    Comparator<Integer> order = switch (name) {
      case "tokenMajor" -> byToken;
      case "choiceMajor" -> byChoice.thenComparing(byToken);
      case "byWeight" -> Comparator.comparingDouble(n -> -all.weight(n));
      case "byProbability" -> Comparator.comparingDouble(n -> -p.get(all.token(n), all.expert(n)));
      case "batchPrioritized" ->
        byChoice
            .thenComparing(Comparator.comparingDouble((Integer n) -> -largest(all.token(n))))
            .thenComparing(byToken);
      case "random" -> Comparator.comparingDouble(n -> -uniform[n]);
      default -> throw new IllegalArgumentException(name);
    };
    return IntStream.range(0, all.size()).boxed().sorted(order).mapToInt(n -> n).toArray();
  }

  private double largest(int t) {
    return IntStream.range(0, p.experts()).mapToDouble(e -> p.get(t, e)).max().orElseThrow();
  }

  /** What fits the capacity, in the decision's order. */
  public List<Row> limited(int[] order, boolean perSequence) {
    return rerouted(order, perSequence, 1);
  }

  /** What fits the capacity of so many experts, in the decision's order. */
  public List<Row> rerouted(int[] order, boolean perSequence, int tries) {
    Map<Place, Integer> load = new HashMap<>();
    Map<Integer, Row> placed = new HashMap<>();
    Map<Integer, Set<Integer>> held = new HashMap<>();
    Map<Integer, Set<Integer>> asked = new HashMap<>();
    for (int n : order) {
      held.computeIfAbsent(all.token(n), t -> new HashSet<>()).add(all.expert(n));
      asked.put(n, new HashSet<>());
    }
    for (int round = 0; round < Math.min(tries, all.experts()); round++) {
      for (int n : order) {
        int t = all.token(n);
        if (placed.containsKey(n)) {
          continue;
        }
        List<Integer> open = new ArrayList<>();
        for (int e = 0; e < all.experts(); e++) {
          if (round == 0
              ? e == all.expert(n)
              : !held.get(t).contains(e) && !asked.get(n).contains(e)) {
            open.add(e);
          }
        }
        if (open.isEmpty()) {
          continue;
        }
        int e = Collections.min(open, Comparator.comparingDouble(i -> -p.get(t, i)));
        asked.get(n).add(e);
        Place place = new Place(group(t, perSequence), e);
        if (load.getOrDefault(place, 0) < limit) {
          load.merge(place, 1, Integer::sum);
          held.get(t).add(e);
          placed.put(n, new Row(t, e, round == 0 ? all.weight(n) : p.get(t, e)));
        }
      }
    }
    return IntStream.range(0, all.size())
        .filter(placed::containsKey)
        .mapToObj(placed::get)
        .toList();
  }

  /**
   * Rows with others of weight 0 behind them.
   *
   * @param more how many an expert wants that has so many in a group
   */
  public List<Row> padded(List<Row> rows, boolean perSequence, IntUnaryOperator more) {
    List<Row> result = new ArrayList<>(rows);
    int groups = perSequence ? decision.sequences() : 1;
    for (int expert = 0; expert < all.experts(); expert++) {
      for (int g = 0; g < groups; g++) {
        int e = expert;
        int group = g;
        long has = rows.stream()
            .filter(r -> r.expert() == e && group(r.token(), perSequence) == group)
            .count();
        IntStream.range(0, decision.tokens())
            .filter(t -> group(t, perSequence) == group && decision.mask().valid(t))
            .filter(t -> rows.stream().noneMatch(r -> r.expert() == e && r.token() == t))
            .limit(Math.max(0, more.applyAsInt((int) has)))
            .forEach(t -> result.add(new Row(t, e, 0)));
      }
    }
    return result;
  }

  private int group(int token, boolean perSequence) {
    return perSequence ? token / decision.sequenceLength() : 0;
  }
}
