package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class AssignmentsTest {
  /** Token 0 → experts 2, 0; token 2 → 1, 2. */
  private final Assignments four = Assignments.of(
      3, 4, new int[] {0, 0, 2, 2}, new int[] {2, 0, 1, 2}, new double[] {0.6, 0.4, 0.9, 0.1});

  @Test
  void of_fourTriples_readable() {
    assertEquals(4, four.size());
    assertEquals(3, four.tokens());
    assertEquals(4, four.experts());
    assertEquals(2, four.token(3));
    assertEquals(1, four.expert(2));
    assertEquals(0.4, four.weight(1));
    assertArrayEquals(new double[] {0.6, 0.4, 0.9, 0.1}, four.weights());
  }

  @Test
  void count_byExpert_allAndFirstChoices() {
    assertArrayEquals(new int[] {1, 1, 2, 0}, four.countPerExpert());
    assertArrayEquals(new int[] {0, 1, 1, 0}, four.countFirstChoices());
  }

  @Test
  void select_places_inThatOrder() {
    Assignments two = four.select(new int[] {3, 0});
    assertEquals(2, two.size());
    assertEquals(3, two.tokens());
    assertEquals(2, two.token(0));
    assertEquals(2, two.expert(0));
    assertEquals(0.1, two.weight(0));
    assertEquals(0, two.token(1));
  }

  @Test
  void of_arraysChangedAfterwards_notSeen() {
    int[] token = {0};
    int[] expert = {0};
    double[] weight = {1};
    Assignments one = Assignments.of(1, 1, token, expert, weight);
    token[0] = expert[0] = 7;
    weight[0] = 7;
    one.weights()[0] = 7;
    assertEquals(0, one.token(0));
    assertEquals(0, one.expert(0));
    assertEquals(1, one.weight(0));
  }

  @Test
  void touches_maskedToken_true() {
    assertEquals(false, four.touches(TokenMask.of(true, false, true)));
    assertEquals(true, four.touches(TokenMask.of(true, true, false)));
  }

  @Test
  void of_wrongValues_messageNamesAssignment() {
    int[] zero = {0};
    double[] one = {1};
    assertMessage(
        "token of assignment 0 must be in [0, 2) but was 2",
        () -> Assignments.of(2, 3, new int[] {2}, zero, one));
    assertMessage(
        "token of assignment 0 must be in [0, 2) but was -1",
        () -> Assignments.of(2, 3, new int[] {-1}, zero, one));
    assertMessage(
        "expert of assignment 0 must be in [0, 3) but was 3",
        () -> Assignments.of(2, 3, zero, new int[] {3}, one));
    assertMessage(
        "expert of assignment 0 must be in [0, 3) but was -1",
        () -> Assignments.of(2, 3, zero, new int[] {-1}, one));
    assertMessage(
        "weight of assignment 0 must be finite but was NaN",
        () -> Assignments.of(2, 3, zero, zero, new double[] {Double.NaN}));
    assertMessage(
        "token, expert and weight must have one length but have 1, 1 and 0",
        () -> Assignments.of(2, 3, zero, zero, new double[0]));
    assertMessage(
        "experts must be at least 1 but was 0",
        () -> Assignments.of(2, 0, new int[0], new int[0], new double[0]));
    assertMessage(
        "tokens must be at least 0 but was -2",
        () -> Assignments.of(-2, 1, new int[0], new int[0], new double[0]));
  }

  @Test
  void borrowed_openScope_firstOfLongerArrays() {
    Arena.Scope scope = new Arena().open();
    int[] token = {0, 2, 9};
    int[] expert = {2, 1, 9};
    double[] weight = {0.6, 0.9};
    Assignments two = Assignments.borrowed(3, 4, 2, token, expert, weight, scope);
    assertEquals(2, two.size());
    assertEquals(2, two.token(1));
    assertArrayEquals(new double[] {0.6, 0.9}, two.weights());
    assertArrayEquals(new int[] {0, 1, 1, 0}, two.countPerExpert());
    assertEquals(0, Assignments.borrowed(3, 4, 0, token, expert, weight, scope).size());
    for (int size : new int[] {-1, 3}) {
      assertMessage(
          "size must be in [0, 2] but was " + size,
          () -> Assignments.borrowed(3, 4, size, token, expert, weight, scope));
    }
  }

  @Test
  void borrowed_closedScope_readingIsRefused() {
    Arena.Scope scope = new Arena().open();
    Assignments one =
        Assignments.borrowed(1, 1, 1, new int[1], new int[1], new double[] {0.5}, scope);
    assertEquals(0.5, one.weight(0));
    scope.close();
    for (Executable read : List.<Executable>of(
        () -> one.token(0), () -> one.expert(0), () -> one.weight(0), one::countPerExpert)) {
      assertEquals(
          "assignments of a pass for inference were read after the pass",
          assertThrows(IllegalStateException.class, read).getMessage());
    }
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
