package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.ExpertGroups.Outside;
import org.junit.jupiter.api.Test;

/** Hand-worked: two tokens, six experts in three groups of two. */
class ExpertGroupsTest {
  private static final double OUT = Double.NEGATIVE_INFINITY;

  private static double[] limited(ExpertGroups groups, TokenMask mask, double... selection) {
    groups.limit(selection, selection.length / mask.tokens(), mask);
    return selection;
  }

  @Test
  void limit_byBest_groupOfLargestStays() {
    // token 0: maxima 5, 4, 3 → group 0      token 1: maxima 1, 2, 6 → group 2
    assertArrayEquals(
        new double[] {5, 0, OUT, OUT, OUT, OUT, OUT, OUT, OUT, OUT, 6, -1},
        limited(ExpertGroups.byBest(3, 1), TokenMask.none(2), 5, 0, 4, 4, 3, 3, 1, 1, 2, 2, 6, -1));
  }

  @Test
  void limit_byBestTwo_sumDecides() {
    // token 0: sums 5, 8, 6 → group 1        token 1: sums 2, 4, 5 → group 2
    assertArrayEquals(
        new double[] {OUT, OUT, 4, 4, OUT, OUT, OUT, OUT, OUT, OUT, 6, -1},
        limited(
            ExpertGroups.byBestTwo(3, 1), TokenMask.none(2), 5, 0, 4, 4, 3, 3, 1, 1, 2, 2, 6, -1));
  }

  @Test
  void limit_bestTwoOfThree_smallestLeftOut() {
    // two groups of three: 5 + 1 = 6 against 3 + 2 = 5, though all three sum to 6 − 9 and 5 + 2
    assertArrayEquals(
        new double[] {5, -9, 1, OUT, OUT, OUT},
        limited(ExpertGroups.byBestTwo(2, 1), TokenMask.none(1), 5, -9, 1, 3, 2, 2));
  }

  @Test
  void limit_zeroOutside_othersBecomeZero() {
    ExpertGroups groups = new ExpertGroups(3, 2, 2, Outside.ZERO);
    // sums −3, −9, −5: groups 0 and 2 stay, though every score that stays is now below 0
    assertArrayEquals(
        new double[] {-1, -2, 0, 0, -2, -3},
        limited(groups, TokenMask.none(1), -1, -2, -4, -5, -2, -3));
  }

  @Test
  void limit_tiedGroups_lowestStay() {
    assertArrayEquals(
        new double[] {1, 2, 2, 1, OUT, OUT},
        limited(ExpertGroups.byBest(3, 2), TokenMask.none(1), 1, 2, 2, 1, 2, 0));
    assertArrayEquals(
        new double[] {1, 2, OUT, OUT, OUT, OUT},
        limited(ExpertGroups.byBestTwo(3, 1), TokenMask.none(1), 1, 2, 3, 0, 0, 3));
  }

  @Test
  void limit_padding_untouched() {
    assertArrayEquals(
        new double[] {Double.NaN, 1, OUT, 7},
        limited(ExpertGroups.byBest(2, 1), TokenMask.of(false, true), Double.NaN, 1, 5, 7));
  }

  @Test
  void limit_allGroupsKept_untouched() {
    double[] selection = {5, 0, 4, 4, 3, 3};
    assertArrayEquals(
        selection, limited(ExpertGroups.none(), TokenMask.none(1), selection.clone()));
    assertArrayEquals(
        selection, limited(ExpertGroups.byBestTwo(3, 3), TokenMask.none(1), selection.clone()));
  }

  @Test
  void none_default_oneGroup() {
    assertEquals(new ExpertGroups(1, 1, 1, Outside.NEGATIVE_INFINITY), ExpertGroups.none());
    ExpertGroups.none().requireFits(1, 1);
    ExpertGroups.none().requireFits(7, 7);
  }

  @Test
  void any_wrongOptions_messageNamesRuleAndValue() {
    assertRefused("groups must be at least 1 but was 0", () -> ExpertGroups.byBest(0, 1));
    assertRefused("kept must be at least 1 but was 0", () -> ExpertGroups.byBest(2, 0));
    assertRefused(
        "best must be at least 1 but was 0",
        () -> new ExpertGroups(2, 1, 0, Outside.NEGATIVE_INFINITY));
    assertRefused("kept must be at most groups = 2 but was 3", () -> ExpertGroups.byBest(2, 3));
    assertRefused(
        "groups must divide E = 8 but was 3", () -> ExpertGroups.byBest(3, 1).requireFits(8, 1));
    assertRefused(
        "best must be at most E/groups = 1 but was 2",
        () -> ExpertGroups.byBestTwo(8, 1).requireFits(8, 1));
    assertRefused(
        "kept groups must have at least k = 5 experts but have 4",
        () -> ExpertGroups.byBest(4, 2).requireFits(8, 5));
    // each at its limit
    ExpertGroups.byBestTwo(4, 2).requireFits(8, 4);
  }
}
