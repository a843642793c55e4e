package io.github.moe4j.balance;

import java.util.List;
import java.util.stream.IntStream;

/** The sums of DeepSeek's papers over the tokens of one pool, word for word and loop by loop. */
final class PaperSums {
  static final int E = 6;
  static final int K = 3;
  static final int[] DEVICE = {0, 1, 0, 2, 2, 2};
  static final int D = 3;
  static final int M = 2;

  private PaperSums() {}

  /** A real token: where it is, its scores, its choices, and the probabilities to sum. */
  record Token(int layer, int t, double[] s, List<Integer> chosen, double[] p) {
    Token with(double[] other) {
      return new Token(layer, t, s, chosen, other);
    }

    boolean best(int i) {
      return IntStream.range(0, E).filter(j -> s[j] > s[i]).count() < K;
    }
  }

  /** Device level. */
  static double device(List<Token> pool) {
    double loss = 0;
    for (int d = 0; d < D; d++) {
      double f = 0;
      double p = 0;
      int experts = 0;
      for (int i = 0; i < E; i++) {
        for (Token token : pool) {
          f += DEVICE[i] == d && token.chosen.contains(i) ? (double) E / (K * pool.size()) : 0;
          p += DEVICE[i] == d ? token.p[i] / pool.size() : 0;
        }
        experts += DEVICE[i] == d ? 1 : 0;
      }
      loss += f / experts * p;
    }
    return loss;
  }

  /** Communication level. */
  static double communication(List<Token> pool) {
    double loss = 0;
    for (int d = 0; d < D; d++) {
      int device = d;
      double f = 0;
      double p = 0;
      for (Token token : pool) {
        f += token.chosen.stream().anyMatch(i -> DEVICE[i] == device) ? 1 : 0;
        p += IntStream.range(0, E)
            .filter(i -> DEVICE[i] == device)
            .mapToDouble(i -> token.p[i])
            .sum();
      }
      loss += D * f / (M * pool.size()) * p / pool.size();
    }
    return loss;
  }

  /** Complementary. */
  static double complementary(List<Token> pool) {
    double loss = 0;
    for (int i = 0; i < E; i++) {
      double f = 0;
      double p = 0;
      for (Token token : pool) {
        f += token.best(i) ? 1 : 0;
        p += token.p[i];
      }
      loss += E * f / (K * pool.size()) * p / pool.size();
    }
    return loss;
  }
}
