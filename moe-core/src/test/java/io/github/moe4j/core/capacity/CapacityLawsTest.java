package io.github.moe4j.core.capacity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.capacity.NaiveCapacity.Row;
import io.github.moe4j.testkit.Decisions;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule against plain loops, and what must hold of any rule, over awkward sizes. */
@ExtendWith(Seeds.class)
class CapacityLawsTest {
  private static final Map<String, DropOrder> ORDERS = new TreeMap<>(Map.of(
      "tokenMajor", DropOrder.tokenMajor(),
      "choiceMajor", DropOrder.choiceMajor(),
      "byWeight", DropOrder.byWeight(),
      "byProbability", DropOrder.byProbability(),
      "batchPrioritized", DropOrder.batchPrioritized(),
      "random", DropOrder.random()));

  /** A batch: {@code experts} with a minus sign means that all tokens choose expert 0 first. */
  private record Case(
      int tokens, int experts, int k, int sequenceLength, boolean masked, int room) {
    RouterDecision decision() {
      // few values, so that there are ties
      double[] logits = Seeds.random(tokens + 31L * experts)
          .ints((long) tokens * experts(), -2, 3)
          .asDoubleStream()
          .toArray();
      for (int t = 0; experts < 0 && t < tokens; t++) {
        logits[t * experts()] = 9;
      }
      TokenMask mask = masked ? RandomArrays.mask(Seeds.random(7), tokens) : TokenMask.none(tokens);
      return Decisions.topK(logits, experts(), k, mask, sequenceLength);
    }

    public int experts() {
      return Math.abs(experts);
    }
  }

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (int[] shape : new int[][] {
      {0, 5, 1},
      {1, 5, 1},
      {3, 5, 3},
      {17, 5, 17},
      {18, 4, 6},
      {18, -4, 6},
      {17, -3, 1},
      {3, 1, 1},
      {40, 7, 20}
    }) {
      for (int k : new int[] {1, 2, 3}) {
        for (int room : new int[] {0, 1, 3, 100}) {
          if (k <= Math.abs(shape[1])) {
            cases.add(new Case(shape[0], shape[1], k, shape[2], room % 2 == 1, room));
          }
        }
      }
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void limited_anyOrder_isTheNaiveLoop(Case batch) {
    RouterDecision decision = batch.decision();
    NaiveCapacity naive = new NaiveCapacity(decision, batch.room);
    ORDERS.forEach((name, order) -> {
      for (boolean perSequence : new boolean[] {false, true}) {
        CapacityPass result = new LimitedCapacity(
                CapacityFormula.fixed(batch.room), perSequence, order)
            .apply(decision, PassMode.training(Seeds.random(5)));
        int[] served = naive.order(name, Seeds.random(5));
        List<Row> expected = naive.limited(served, perSequence);
        assertEquals(expected, NaiveCapacity.rows(result.kept()), name);
        assertLaws(decision, result, perSequence, batch.room);
      }
    });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rerouted_anyOrder_isTheNaiveLoop(Case batch) {
    RouterDecision decision = batch.decision();
    NaiveCapacity naive = new NaiveCapacity(decision, batch.room);
    for (String name : List.of("tokenMajor", "choiceMajor", "byProbability")) {
      for (boolean perSequence : new boolean[] {false, true}) {
        for (int tries : new int[] {1, 2, Integer.MAX_VALUE}) {
          CapacityFormula fixed = CapacityFormula.fixed(batch.room);
          CapacityPass result = new Rerouted(fixed, perSequence, ORDERS.get(name), tries)
              .apply(decision, PassMode.evaluation());
          int[] served = naive.order(name, Seeds.random(5));
          List<Row> expected = naive.rerouted(served, perSequence, tries);
          assertEquals(expected, NaiveCapacity.rows(result.kept()), name + " " + tries);
          assertLaws(decision, result, perSequence, batch.room);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void padded_anyRule_isTheNaiveLoop(Case batch) {
    RouterDecision decision = batch.decision();
    NaiveCapacity naive = new NaiveCapacity(decision, batch.room);
    for (boolean perSequence : new boolean[] {false, true}) {
      LimitedCapacity rule = new LimitedCapacity(
          CapacityFormula.fixed(batch.room), perSequence, DropOrder.choiceMajor());
      CapacityPass plain = rule.apply(decision, PassMode.evaluation());
      CapacityPass toLimit = PaddedToCapacity.of(rule).apply(decision, PassMode.evaluation());
      CapacityPass toFour = new PaddedToMultiple(rule, 4).apply(decision, PassMode.evaluation());
      List<Row> kept = NaiveCapacity.rows(plain.kept());
      assertEquals(
          naive.padded(kept, perSequence, has -> batch.room - has),
          NaiveCapacity.rows(toLimit.kept()));
      assertEquals(
          naive.padded(kept, false, has -> (4 - has % 4) % 4), NaiveCapacity.rows(toFour.kept()));
      for (CapacityPass result : List.of(toLimit, toFour)) {
        assertEquals(plain.kept().size(), result.kept().size() - result.fillers());
        assertEquals(plain.dropped(), result.dropped());
        assertEquals(
            LoadStatistics.of(decision, plain).dropped(),
            LoadStatistics.of(decision, result).dropped());
      }
      assertLaws(decision, toLimit, perSequence, batch.room);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void renormalized_anyRule_weightsSumToOne(Case batch) {
    RouterDecision decision = batch.decision();
    LimitedCapacity rule = LimitedCapacity.of(CapacityFormula.fixed(batch.room));
    CapacityPass plain = rule.apply(decision, PassMode.evaluation());
    CapacityPass result = Renormalized.of(rule).apply(decision, PassMode.evaluation());
    double[] sum = new double[batch.tokens];
    for (int n = 0; n < result.kept().size(); n++) {
      assertEquals(plain.kept().token(n), result.kept().token(n));
      assertEquals(plain.kept().expert(n), result.kept().expert(n));
      sum[result.kept().token(n)] += result.kept().weight(n);
    }
    for (int n = 0; n < result.kept().size(); n++) {
      assertEquals(1, sum[result.kept().token(n)], 1e-14);
    }
    assertLaws(decision, result, false, batch.room);
  }

  private static void assertLaws(
      RouterDecision decision, CapacityPass result, boolean perSequence, int room) {
    Assignments kept = result.kept();
    int all = decision.assignments().size();
    assertEquals(all, kept.size() - result.fillers() + result.dropped(), "R + dropped = N");
    LoadStatistics load = LoadStatistics.of(decision, result);
    assertEquals(result.dropped(), load.dropped());
    assertEquals(kept.size() - result.fillers(), Arrays.stream(load.kept()).sum());
    int length = perSequence ? decision.sequenceLength() : Math.max(1, decision.tokens());
    Map<List<Integer>, Integer> rows = new TreeMap<>(
        (a, b) -> Arrays.compare(a.toArray(Integer[]::new), b.toArray(Integer[]::new)));
    for (int n = 0; n < kept.size(); n++) {
      assertTrue(decision.mask().valid(kept.token(n)), "padded tokens get nothing");
      rows.merge(List.of(kept.token(n) / length, kept.expert(n)), 1, Integer::sum);
    }
    rows.forEach((place, count) -> assertTrue(count <= room, place + " has " + count));
    double[] ones = new double[kept.size()];
    Arrays.fill(ones, 1);
    assertEquals(all, result.backward(ones).weights().orElseThrow().length);
  }
}
