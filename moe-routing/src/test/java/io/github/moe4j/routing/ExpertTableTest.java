package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExpertTableTest {
  private static int[] column(ExpertTable table, int choice) {
    int[] column = new int[table.vocabulary()];
    Arrays.setAll(column, id -> table.expert(id, choice));
    return column;
  }

  @Test
  void modulo_any_idThenTheNext() {
    ExpertTable table = ExpertTable.modulo(5, 3, 2);
    assertArrayEquals(new int[] {0, 1, 2, 0, 1}, column(table, 0));
    assertArrayEquals(new int[] {1, 2, 0, 1, 2}, column(table, 1));
    assertEquals(5, table.vocabulary());
    assertEquals(3, table.experts());
    assertEquals(2, table.choices());
  }

  @Test
  void balanced_frequencies_leastTotalFirst() {
    // descending 9 5 5 4 1 (ids 1, 0, 3, 2, 4; ties by id): totals
    //   1→0: 9|0   0→1: 9|5   3→1: 9|10   2→0: 13|10   4→1: 13|11
    long[] frequencies = {5, 9, 4, 5, 1};
    long[] before = frequencies.clone();
    ExpertTable one = ExpertTable.balanced(frequencies, 2, 1);
    assertArrayEquals(new int[] {1, 0, 0, 1, 1}, column(one, 0));
    assertArrayEquals(before, frequencies);
    // an id that never occurs is one like others: 1→0: 3|0   0→1: 3|2   2→1
    long[] withZero = {2, 3, 0};
    assertArrayEquals(new int[] {1, 0, 1}, column(ExpertTable.balanced(withZero, 2, 1), 0));
    // with three experts: 1→0: 9|0|0   0→1: 9|5|0   3→2: 9|5|5   2→1: 9|9|5   4→2: 9|9|6
    // then 1→2: 9|9|15 (not 0 again)   0→0: 14|9|15   3→1: 14|14|15   2→0: 18|14|15   4→1
    ExpertTable two = ExpertTable.balanced(frequencies, 3, 2);
    assertArrayEquals(new int[] {1, 0, 1, 2, 2}, column(two, 0));
    assertArrayEquals(new int[] {0, 2, 0, 1, 1}, column(two, 1));
  }

  @Test
  void random_seed_sameTableAndSpread() {
    ExpertTable table = ExpertTable.random(8000, 8, 3, 7);
    int[][] counts = new int[3][8];
    for (int id = 0; id < 8000; id++) {
      for (int j = 0; j < 3; j++) {
        counts[j][table.expert(id, j)]++;
        for (int i = 0; i < j; i++) {
          assertTrue(table.expert(id, i) != table.expert(id, j), "distinct experts of " + id);
        }
      }
    }
    // 1000 expected; deviation √(8000·1/8·7/8) = 30
    for (int[] ofChoice : counts) {
      assertTrue(
          Arrays.stream(ofChoice).allMatch(c -> c > 850 && c < 1150), Arrays.toString(ofChoice));
    }
    ExpertTable one = ExpertTable.random(8000, 8, 1, 7);
    assertArrayEquals(column(one, 0), column(table, 0));
    assertTrue(!Arrays.equals(column(one, 0), column(ExpertTable.random(8000, 8, 1, 8), 0)));
  }

  @Test
  void random_anyPlatform_theseNumbers() {
    // of java.util.SplittableRandom(1), whose algorithm is specified
    assertArrayEquals(
        new int[] {1, 2, 1, 2, 1, 2, 0, 2}, column(ExpertTable.random(8, 5, 1, 1), 0));
  }

  @Test
  void random_allExperts_eachOnce() {
    ExpertTable table = ExpertTable.random(50, 4, 4, 1);
    for (int id = 0; id < 50; id++) {
      int sum = 0;
      for (int j = 0; j < 4; j++) {
        sum += 1 << table.expert(id, j);
      }
      assertEquals(15, sum);
    }
  }

  @Test
  void of_rows_copied() {
    int[][] rows = {{2, 0}, {1, 2}};
    ExpertTable table = ExpertTable.of(3, rows);
    rows[0][0] = 1;
    assertEquals(2, table.expert(0, 0));
    assertEquals(2, table.expert(1, 1));
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    assertRefused("vocabulary must be at least 1 but was 0", () -> ExpertTable.modulo(0, 2, 1));
    assertRefused("experts must be at least 1 but was 0", () -> ExpertTable.modulo(2, 0, 1));
    assertRefused("k must be at least 1 but was 0", () -> ExpertTable.modulo(2, 2, 0));
    assertRefused("k must be at most E = 2 but was 3", () -> ExpertTable.random(2, 2, 3, 1));
    assertRefused(
        "frequency of id 1 must be at least 0 but was -4",
        () -> ExpertTable.balanced(new long[] {1, -4}, 2, 1));
    assertRefused("vocabulary must be at least 1 but was 0", () -> ExpertTable.of(3));
    assertRefused(
        "experts of id 1 must be 2 but were 1",
        () -> ExpertTable.of(3, new int[] {0, 1}, new int[] {2}));
    assertRefused(
        "expert of id 0 must be in [0, 3) but was 3", () -> ExpertTable.of(3, new int[] {3}));
    assertRefused(
        "experts of id 0 must be distinct but has 1 twice",
        () -> ExpertTable.of(3, new int[] {1, 1}));
    ExpertTable table = ExpertTable.modulo(4, 2, 1);
    assertRefused("id must be in [0, 4) but was 4", () -> table.expert(4, 0));
    assertRefused("choice must be in [0, 1) but was 1", () -> table.expert(0, 1));
  }
}
