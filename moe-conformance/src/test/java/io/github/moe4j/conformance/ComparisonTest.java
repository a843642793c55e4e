package io.github.moe4j.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Assignments;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Two tokens, three experts, two choices: token 0 chose 2 and 0, token 1 chose 1 and 2. */
class ComparisonTest {
  private final Comparison comparison = new Comparison(TestCases.parse("""
              {'case': 'f__v', 'config': {}, 'inputs': {},
               'outputs': {
                 'y': {'shape': [2, 2], 'dtype': 'float64', 'data': [1, 2, 3, 4e9]},
                 'index': {'shape': [2, 2], 'dtype': 'int64', 'data': [2, 0, 1, 2]},
                 'weight': {'shape': [2, 2], 'dtype': 'float64', 'data': [0.6, 0.4, 0.7, 0.3]}},
               'gradients': {
                 'x': {'shape': [], 'dtype': 'float64', 'data': [0]}}}
              """));

  private String failure() {
    return comparison.failure().orElseThrow();
  }

  private static Assignments assignments(int[] experts, double... weights) {
    return Assignments.of(2, 3, new int[] {0, 0, 1, 1}, experts, weights);
  }

  private void giveAllButY() {
    comparison.choice("index", "weight", assignments(new int[] {2, 0, 1, 2}, 0.6, 0.4, 0.7, 0.3));
    comparison.gradient("x", 0);
  }

  @Test
  void failure_allEqual_isNone() {
    giveAllButY();
    comparison.output("y", 1, 2, 3, 4e9);
    assertEquals(Optional.empty(), comparison.failure());
    assertEquals(0, comparison.worstError());
  }

  @Test
  void failure_withinTolerance_isNone() {
    giveAllButY();
    // allowed: 1e-9·(1+2) = 3e-9 and 1e-9·(1+4e9) > 4
    comparison.output("y", 1, 2 + 2.9e-9, 3, 4e9 + 4);
    assertEquals(Optional.empty(), comparison.failure());
  }

  @Test
  void failure_beyondTolerance_namesTheWorst() {
    giveAllButY();
    // errors: 3.1e-9/3 = 1.03e-9 and 1/4 = 0.25
    comparison.output("y", 1, 2 + 3.1e-9, 4, 4e9);
    assertEquals("worst error 2.50e-01 at y[1, 0]: expected 3, was 4", failure());
    assertEquals(0.25, comparison.worstError());
  }

  @Test
  void failure_notANumber_isTheWorst() {
    giveAllButY();
    comparison.output("y", 9, Double.NaN, 3, 4e9);
    assertEquals("worst error Infinity at y[0, 1]: expected 2, was NaN", failure());
  }

  @Test
  void failure_wrongLength_saysBoth() {
    giveAllButY();
    comparison.output("y", 1, 2, 3);
    assertEquals("y must have length 4 but has 3", failure());
  }

  @Test
  void failure_nothingGiven_listsAll() {
    assertEquals(
        "not compared: y; not compared: index; not compared: weight; not compared: gradient of x",
        failure());
  }

  @Test
  void output_notRecorded_isIgnored() {
    giveAllButY();
    comparison.output("y", 1, 2, 3, 4e9);
    comparison.output("other", 5);
    comparison.gradient("other", 5);
    assertEquals(Optional.empty(), comparison.failure());
  }

  @Test
  void output_integerOffByLittle_fails() {
    comparison.output("index", 2, 0, 1, 2 + 1e-12);
    assertTrue(failure().contains("at index[1, 1]: expected 2, was 2.000"), failure());
  }

  @Test
  void choice_otherOrder_passes() {
    comparison.choice("index", "weight", assignments(new int[] {0, 2, 2, 1}, 0.4, 0.6, 0.3, 0.7));
    comparison.output("y", 1, 2, 3, 4e9);
    comparison.gradient("x", 0);
    assertEquals(Optional.empty(), comparison.failure());
  }

  @Test
  void choice_otherExpert_fails() {
    comparison.choice("index", "weight", assignments(new int[] {2, 0, 1, 0}, 0.6, 0.4, 0.7, 0.3));
    assertTrue(failure().contains("at index[1, 1]: expected 2, was 0"), failure());
    assertTrue(failure().contains("differing: [index, weight]"), failure());
  }

  @Test
  void choice_weightsSwapped_fails() {
    comparison.choice("index", "weight", assignments(new int[] {2, 0, 1, 2}, 0.4, 0.6, 0.7, 0.3));
    // |0.4 − 0.6|/1.6 = 0.125 and |0.6 − 0.4|/1.4 = 0.143
    assertTrue(failure().contains("worst error 1.43e-01 at weight[0, 1]"), failure());
  }

  @Test
  void choice_tooFew_fails() {
    comparison.choice(
        "index",
        "weight",
        Assignments.of(2, 3, new int[] {0, 0, 1}, new int[] {2, 0, 1}, new double[] {.6, .4, .7}));
    assertTrue(failure().contains("at index[1, 1]: expected 2, was -1"), failure());
  }

  @Test
  void choice_tooMany_fails() {
    comparison.choice(
        "index",
        "weight",
        Assignments.of(2, 3, new int[] {0, 0, 0, 1, 1}, new int[] {2, 0, 1, 1, 2}, new double[5]));
    assertTrue(failure().contains("index has no place for 1 assignments"), failure());
  }
}
