package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(Seeds.class)
class DispatchPlanTest {
  @Test
  void of_handWorked_sortedByExpert() {
    // n        0  1  2  3  4
    // token    0  0  1  2  2
    // expert   2  0  2  0  1
    // expert 0: n 1, 3; expert 1: n 4; expert 2: n 0, 2; expert 3: none
    DispatchPlan plan = DispatchPlan.of(Assignments.of(
        4, 4, new int[] {0, 0, 1, 2, 2}, new int[] {2, 0, 2, 0, 1}, new double[] {.1, .2, .3, .4, .5
        }));
    assertEquals(5, plan.rows());
    assertEquals(4, plan.tokens());
    assertArrayEquals(new int[] {0, 2, 3, 5, 5}, plan.expertStart());
    int[] assignment = {1, 3, 4, 0, 2};
    for (int r = 0; r < 5; r++) {
      assertEquals(assignment[r], plan.assignment(r));
    }
    assertEquals(2, plan.token(1));
    assertEquals(.4, plan.weight(1));
    assertArrayEquals(
        new int[] {2, 1, 2, 0},
        new int[] {plan.rowsOf(0), plan.rowsOf(1), plan.rowsOf(2), plan.rowsOf(3)});
    assertEquals(3, plan.row(0, 0));
    assertEquals(0, plan.row(0, 1));
    assertEquals(1, plan.row(2, 0));
    assertEquals(2, plan.row(2, 1));
  }

  @ParameterizedTest
  @CsvSource({"0,3,0", "1,1,1", "5,3,4", "17,4,50", "40,64,200", "3,2,100"})
  void of_random_laws(int tokens, int experts, int size) {
    Assignments made = random(tokens, experts, size, Seeds.random(size));
    DispatchPlan plan = DispatchPlan.of(made);
    int[] start = plan.expertStart();
    // Σ load = R
    assertEquals(size, plan.rows());
    assertEquals(0, start[0]);
    assertEquals(size, start[experts]);
    int[] load = made.countPerExpert();
    boolean[] seen = new boolean[size];
    for (int e = 0; e < experts; e++) {
      assertEquals(load[e], start[e + 1] - start[e], "load of expert " + e);
      for (int r = start[e]; r < start[e + 1]; r++) {
        int n = plan.assignment(r);
        assertEquals(e, made.expert(n), "sorted by expert");
        assertEquals(e, plan.expert(r));
        assertEquals(made.token(n), plan.token(r));
        assertEquals(made.weight(n), plan.weight(r));
        assertTrue(r == start[e] || plan.assignment(r - 1) < n, "stable within expert " + e);
        assertTrue(!seen[n], "assignment placed once");
        seen[n] = true;
      }
    }
    int total = 0;
    for (int t = 0; t < tokens; t++) {
      total += plan.rowsOf(t);
      for (int c = 0; c < plan.rowsOf(t); c++) {
        assertEquals(t, plan.token(plan.row(t, c)));
        assertTrue(
            c == 0 || plan.assignment(plan.row(t, c - 1)) < plan.assignment(plan.row(t, c)),
            "rows of a token in the order of its choices");
      }
    }
    assertEquals(size, total);
  }

  @Test
  void expertStart_changed_planNot() {
    DispatchPlan plan = DispatchPlan.of(random(5, 3, 9, Seeds.random(1)));
    plan.expertStart()[0] = 99;
    assertEquals(0, plan.expertStart()[0]);
  }

  /** N random triples, tokens in order. */
  static Assignments random(int tokens, int experts, int size, SplittableRandom random) {
    int[] token = new int[size];
    int[] expert = new int[size];
    double[] weight = new double[size];
    for (int n = 0; n < size; n++) {
      token[n] = random.nextInt(tokens);
      expert[n] = random.nextInt(experts);
      weight[n] = random.nextGaussian();
    }
    java.util.Arrays.sort(token);
    return Assignments.of(tokens, experts, token, expert, weight);
  }
}
