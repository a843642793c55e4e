package io.github.moe4j.routing;

import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A fixed table [V,K] of K different experts for each id of a vocabulary: the hash function of hash
 * routing (Roller et al. 2021, arXiv 2106.04426). Immutable.
 *
 * <p>Where two hashes of an id agree, the later takes the next expert, by index and around the end,
 * that the id does not have yet.
 */
public final class ExpertTable {
  private final int experts;
  private final int choices;
  private final int[] table;

  private ExpertTable(int vocabulary, int experts, int choices) {
    Require.positive("vocabulary", vocabulary);
    Require.positive("experts", experts);
    Require.positive("k", choices);
    Require.that(choices <= experts, "k must be at most E = %d but was %d", experts, choices);
    this.experts = experts;
    this.choices = choices;
    this.table = new int[Math.multiplyExact(vocabulary, choices)];
  }

  /**
   * K independent random hashes: the first of all ids is drawn, then the second of all ids, and so
   * on. The same seed gives the same table on every JDK, and the same first hashes for every k.
   *
   * @throws IllegalArgumentException if a size is not positive, or k exceeds E
   */
  public static ExpertTable random(int vocabulary, int experts, int k, long seed) {
    ExpertTable result = new ExpertTable(vocabulary, experts, k);
    SplittableRandom random = new SplittableRandom(seed);
    for (int j = 0; j < k; j++) {
      for (int id = 0; id < vocabulary; id++) {
        result.set(id, j, random.nextInt(experts));
      }
    }
    return result;
  }

  /**
   * Expert {@code id mod E}, then the next ones.
   *
   * @throws IllegalArgumentException if a size is not positive, or k exceeds E
   */
  public static ExpertTable modulo(int vocabulary, int experts, int k) {
    ExpertTable result = new ExpertTable(vocabulary, experts, k);
    for (int id = 0; id < vocabulary; id++) {
      for (int j = 0; j < k; j++) {
        result.set(id, j, (int) (((long) id + j) % experts));
      }
    }
    return result;
  }

  /**
   * A table by which experts get about equally many tokens of a text with known frequencies: ids in
   * order of descending frequency go to the expert with the least total so far that they do not have
   * yet; then the same once more for the second choice, on top of the totals, and so on. Ties go to
   * the lowest id and the lowest expert.
   *
   * @param frequencies of each id [V], at least 0. Not modified.
   * @throws IllegalArgumentException if a frequency is negative, a size is not positive, or k exceeds E
   */
  public static ExpertTable balanced(long[] frequencies, int experts, int k) {
    ExpertTable result = new ExpertTable(frequencies.length, experts, k);
    for (int id = 0; id < frequencies.length; id++) {
      Require.that(
          frequencies[id] >= 0,
          "frequency of id %d must be at least 0 but was %d",
          id,
          frequencies[id]);
    }
    int[] descending = IntStream.range(0, frequencies.length)
        .boxed()
        .sorted(Comparator.comparingLong((Integer id) -> frequencies[id]).reversed())
        .mapToInt(Integer::intValue)
        .toArray();
    long[] totals = new long[experts];
    for (int j = 0; j < k; j++) {
      for (int id : descending) {
        int expert = result.least(totals, id, j);
        result.set(id, j, expert);
        totals[expert] = Math.addExact(totals[expert], frequencies[id]);
      }
    }
    return result;
  }

  /**
   * A given table.
   *
   * @param experts number of experts E
   * @param rows different experts of each id in order of choice [V][K]. Not modified.
   * @throws IllegalArgumentException if rows have different lengths, or an expert is out of range or listed twice in
   *     a row
   */
  public static ExpertTable of(int experts, int[]... rows) {
    ExpertTable result =
        new ExpertTable(rows.length, experts, rows.length == 0 ? 1 : rows[0].length);
    for (int id = 0; id < rows.length; id++) {
      Require.that(
          rows[id].length == result.choices,
          "experts of id %d must be %d but were %d",
          id,
          result.choices,
          rows[id].length);
      for (int j = 0; j < result.choices; j++) {
        int expert = rows[id][j];
        Require.that(
            expert >= 0 && expert < experts,
            "expert of id %d must be in [0, %d) but was %d",
            id,
            experts,
            expert);
        Require.that(
            !result.has(id, j, expert),
            "experts of id %d must be distinct but has %d twice",
            id,
            expert);
        result.set(id, j, expert);
      }
    }
    return result;
  }

  private int least(long[] totals, int id, int choice) {
    int least = -1;
    for (int e = 0; e < experts; e++) {
      if (!has(id, choice, e) && (least < 0 || totals[e] < totals[least])) {
        least = e;
      }
    }
    return least;
  }

  /** Whether one of the choices before a choice is an expert. */
  private boolean has(int id, int before, int expert) {
    for (int j = 0; j < before; j++) {
      if (table[id * choices + j] == expert) {
        return true;
      }
    }
    return false;
  }

  private void set(int id, int choice, int expert) {
    int free = expert;
    while (has(id, choice, free)) {
      free = (free + 1) % experts;
    }
    table[id * choices + choice] = free;
  }

  /** Number of experts E. */
  public int experts() {
    return experts;
  }

  /** Experts of each id, K. */
  public int choices() {
    return choices;
  }

  /** Number of ids V. */
  public int vocabulary() {
    return table.length / choices;
  }

  /**
   * The expert of an id.
   *
   * @param id in [0, V)
   * @param choice in [0, K), 0 for the first
   * @throws IllegalArgumentException if the id or the choice is out of range
   */
  public int expert(int id, int choice) {
    if (id < 0 || id >= vocabulary()) {
      Require.that(false, "id must be in [0, %d) but was %d", vocabulary(), id);
    }
    if (choice < 0 || choice >= choices) {
      Require.that(false, "choice must be in [0, %d) but was %d", choices, choice);
    }
    return table[id * choices + choice];
  }

  /** The experts of every real token of an input, token after token [K·valid tokens]. */
  int[] choose(TokenBatch input, HashKey key) {
    int[] keys = key.keys(input, vocabulary());
    int[] chosen = new int[Math.multiplyExact(choices, input.mask().validTokens())];
    int size = 0;
    for (int t = 0; t < keys.length; t++) {
      if (input.mask().valid(t)) {
        System.arraycopy(table, keys[t] * choices, chosen, size, choices);
        size += choices;
      }
    }
    return chosen;
  }
}
