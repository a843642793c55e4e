package io.github.moe4j.routing;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.TokenScores;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.List;

/** What {@link GShard} decided in one pass; candidates lie k by k, token after token. */
final class GShardPass implements RulePass {
  private static final int NOT_KEPT = -1;

  private final GShard rule;
  private final Probabilities distribution;
  private final int[] candidates;

  /** Token of each candidate. */
  private final int[] token;

  /** The assignment of each candidate. */
  private final int[] assignment;

  private final Assignments assignments;

  /**
   * Keeps and weighs candidates.
   *
   * @param policy what keeps them
   * @param candidates experts [K·valid tokens]. Not modified; kept.
   * @param uniform draws [K−1,T]. Not modified.
   */
  GShardPass(
      GShard rule,
      GShard.Second policy,
      Logits logits,
      TokenMask mask,
      int[] candidates,
      double[] uniform) {
    this.rule = rule;
    this.distribution = logits.softmax(mask);
    this.candidates = candidates;
    this.token = TokenChoices.tokensOf(mask, rule.k());
    this.assignment = new int[candidates.length];
    int size = 0;
    for (int from = 0; from < candidates.length; from += rule.k()) {
      size = keep(from, size, policy, uniform);
    }
    this.assignments = assign(size);
  }

  /** Numbers the candidates of a token that are kept, and returns the next number. */
  private int keep(int from, int next, GShard.Second policy, double[] uniform) {
    double sum = sum(from);
    int number = next;
    for (int c = from; c < from + rule.k(); c++) {
      boolean kept = c == from;
      if (!kept) {
        double g = rule.ofNormalized() ? p(c) / sum : p(c);
        int row = (c - from - 1) * distribution.tokens();
        kept = rule.isKept(policy, g, uniform[row + token[c]]);
      }
      assignment[c] = kept ? number++ : NOT_KEPT;
    }
    return number;
  }

  private Assignments assign(int size) {
    int[] tokens = new int[size];
    int[] experts = new int[size];
    double[] weights = new double[size];
    for (int c = 0; c < candidates.length; c++) {
      int n = assignment[c];
      if (n != NOT_KEPT) {
        int j = c % rule.k();
        tokens[n] = token[c];
        experts[n] = candidates[c];
        weights[n] = rule.isNormalized(j) ? p(c) / sum(c - j) : p(c);
      }
    }
    return Assignments.of(distribution.tokens(), distribution.experts(), tokens, experts, weights);
  }

  private double p(int candidate) {
    return distribution.get(token[candidate], candidates[candidate]);
  }

  private double sum(int from) {
    double sum = 0;
    for (int c = from; c < from + rule.k(); c++) {
      sum += p(c);
    }
    return sum;
  }

  @Override
  public Assignments assignments() {
    return assignments;
  }

  @Override
  public List<TokenScores> scores() {
    return List.of(distribution);
  }

  @Override
  public void backward(RoutingGradient gradient, double[] dLogits, Gradients into) {
    double[] dWeights = gradient.weightsOrZero(assignments.size());
    double[] dP = gradient.orZero(Kind.PROBABILITIES, dLogits.length);
    for (int from = 0; from < candidates.length; from += rule.k()) {
      addToCandidates(from, dWeights, dP);
    }
    distribution.softmaxBackward(dP, dLogits);
  }

  /** Through {@code w_j = p_j/S}: {@code dp_i = dw_i/S − Σ_j dw_j·w_j/S}. */
  private void addToCandidates(int from, double[] dWeights, double[] dP) {
    double sum = sum(from);
    double dot = 0;
    for (int c = from; c < from + rule.k(); c++) {
      if (assignment[c] != NOT_KEPT && rule.isNormalized(c - from)) {
        dot += dWeights[assignment[c]] * p(c) / sum;
      }
    }
    for (int c = from; c < from + rule.k(); c++) {
      double dWeight = assignment[c] == NOT_KEPT ? 0 : dWeights[assignment[c]];
      double direct = rule.isNormalized(c - from) ? dWeight / sum : dWeight;
      dP[token[c] * distribution.experts() + candidates[c]] += direct - dot / sum;
    }
  }
}
