package io.github.moe4j.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementTest {
  @Test
  void even_any_firstRanksHaveOneMore() {
    Placement placement = Placement.even(30, 8);

    assertEquals(
        List.of(4, 4, 4, 4, 4, 4, 3, 3),
        IntStream.range(0, 8).mapToObj(r -> placement.expertsOn(r).length).toList());
    assertEquals(3, placement.ranksOf(12)[0]);
  }

  @Test
  void byLoad_any_mostLoadedFirst() {
    // 9 → rank 0; 5 → 1; 4 → 1 (9 = 9, then the lowest load: 5 + 4); 1 → 0 (equal loads, fewest
    // experts)
    Placement placement = Placement.byLoad(new long[] {1, 5, 9, 4}, 2);

    assertEquals("[[0], [1], [0], [1]] of 2 ranks", placement.toString());
  }

  @Test
  void of_invalid_refused() {
    assertThrows(IllegalArgumentException.class, () -> Placement.of(2, new int[] {2}));
    assertThrows(IllegalArgumentException.class, () -> Placement.of(2, new int[] {}));
    assertThrows(IllegalArgumentException.class, () -> Placement.of(2, new int[] {1, 0}));
    assertThrows(IllegalArgumentException.class, () -> Placement.even(0, 2));
    assertThrows(IllegalArgumentException.class, () -> Placement.byLoad(new long[] {-1}, 2));
  }

  @Test
  void withReplicas_two_eachExpertAlsoOnTheNextRank() {
    assertEquals(
        "[[0, 1], [0, 1], [1, 2], [0, 2]] of 3 ranks",
        Placement.even(4, 3).withReplicas(2).toString());
    assertEquals(Placement.even(4, 3), Placement.even(4, 3).withReplicas(1));
    assertThrows(IllegalArgumentException.class, () -> Placement.even(4, 3).withReplicas(4));
    assertThrows(
        IllegalArgumentException.class,
        () -> Placement.even(4, 3).withReplicas(2).withReplicas(2));
  }

  @Test
  void without_replicated_othersAreNumberedAnew() {
    // Rank 2 becomes 1; experts 0 and 1 lose a replica, expert 2 the first of two.
    Placement left = Placement.even(4, 3).withReplicas(2).without(1);

    assertEquals("[[0], [0], [1], [0, 1]] of 2 ranks", left.toString());
    assertEquals(
        "[[0], [0], [0], [0]] of 1 rank",
        Placement.even(4, 3).withReplicas(3).without(2, 0).toString());
  }

  @Test
  void without_onlyRankOfAnExpert_refusedWithItsNumber() {
    Placement placement = Placement.of(3, new int[] {0, 1}, new int[] {2}, new int[] {1, 2});

    String message =
        assertThrows(IllegalArgumentException.class, () -> placement.without(2)).getMessage();

    assertEquals(
        "expert 1 must have a replica on a rank that is left but had only ranks [2]", message);
    assertThrows(IllegalArgumentException.class, () -> placement.without(3));
    assertThrows(IllegalArgumentException.class, () -> placement.without(1, 1));
  }
}
