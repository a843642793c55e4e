package io.github.moe4j.lab;

/** Counts tokens by expert and category, such as the language of a token. */
final class ExpertCategoryCounts {
  private final long[][] counts;

  ExpertCategoryCounts(int experts, int things) {
    this.counts = new long[experts][things];
  }

  void add(int expert, int thing) {
    counts[expert][thing]++;
  }

  void add(ExpertCategoryCounts other) {
    for (int e = 0; e < counts.length; e++) {
      for (int i = 0; i < counts[e].length; i++) {
        counts[e][i] += other.counts[e][i];
      }
    }
  }

  /** [E, categories] each expert's share of a category's counts; NaN for a category that never occurred. */
  double[][] sharesOfColumns() {
    double[][] shares = new double[counts.length][counts[0].length];
    for (int i = 0; i < counts[0].length; i++) {
      long sum = 0;
      for (long[] ofExpert : counts) {
        sum += ofExpert[i];
      }
      for (int e = 0; e < counts.length; e++) {
        shares[e][i] = sum == 0 ? Double.NaN : (double) counts[e][i] / sum;
      }
    }
    return shares;
  }

  /**
   * [E, E] of counts of pairs, each over how often the row's expert occurred, which is on the diagonal;
   * NaN there, and for an expert that did not occur.
   */
  double[][] sharesOfDiagonal() {
    double[][] shares = new double[counts.length][counts.length];
    for (int e = 0; e < counts.length; e++) {
      for (int other = 0; other < counts.length; other++) {
        shares[e][other] =
            other == e || counts[e][e] == 0 ? Double.NaN : (double) counts[e][other] / counts[e][e];
      }
    }
    return shares;
  }
}
