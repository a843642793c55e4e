package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

class ExpertCategoryCountsTest {
  private static final double NAN = Double.NaN;

  @Test
  void sharesOfColumns_byHand() {
    ExpertCategoryCounts counts = new ExpertCategoryCounts(2, 3);
    counts.add(0, 0);
    counts.add(0, 0);
    counts.add(1, 0);
    counts.add(1, 1);
    ExpertCategoryCounts more = new ExpertCategoryCounts(2, 3);
    more.add(1, 0);
    counts.add(more);
    assertArrayEquals(new double[][] {{0.5, 0, NAN}, {0.5, 1, NAN}}, counts.sharesOfColumns());
  }

  @Test
  void sharesOfDiagonal_byHand() {
    ExpertCategoryCounts together = new ExpertCategoryCounts(3, 3);
    for (int i = 0; i < 4; i++) {
      together.add(0, 0);
    }
    together.add(1, 1);
    together.add(0, 1);
    together.add(1, 0);
    assertArrayEquals(
        new double[][] {{NAN, 0.25, 0}, {1, NAN, 0}, {NAN, NAN, NAN}}, together.sharesOfDiagonal());
  }
}
