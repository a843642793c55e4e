package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.RulePass;
import io.github.moe4j.routing.TopK;
import java.util.Arrays;

/**
 * A top-k rule that replays the recorded choice of tokens whose choice is open, see {@link Ties}.
 *
 * <p>Where the k-th and the next probability of a token are exactly equal, its recorded experts are
 * taken, after a check that they are k largest. For all other tokens the library chooses.
 */
final class RecordedChoice implements RoutingRule {
  private final TopK rule;
  private final Probabilities recorded;
  private final CaseTensor choice;

  private RecordedChoice(TopK rule, Probabilities recorded, CaseTensor choice) {
    this.rule = rule;
    this.recorded = recorded;
    this.choice = choice;
  }

  /**
   * The rule for a case.
   *
   * @param logits name of the output with the scores [T,E]
   * @param indices name of the output with the chosen experts [T,K]
   * @return the rule itself if the case does not record both
   */
  static RoutingRule of(TopK rule, ReferenceCase reference, String logits, String indices) {
    CaseTensor scores = reference.recordedOutput(logits).orElse(null);
    CaseTensor choice = reference.recordedOutput(indices).orElse(null);
    if (scores == null || choice == null) {
      return rule;
    }
    if (choice.size(-1) != rule.k() || choice.rowCount() != scores.rowCount()) {
      throw new DamagedCaseException(indices
          + " must be of "
          + scores.rowCount()
          + " tokens and "
          + rule.k()
          + " experts each but is "
          + Arrays.toString(choice.shape()));
    }
    TokenMask all = TokenMask.none(scores.rowCount());
    Probabilities p = Logits.of(scores.values(), scores.size(-1), all).softmax(all);
    return new RecordedChoice(rule, p, choice);
  }

  @Override
  public void requireFits(int experts) {
    rule.requireFits(experts);
  }

  @Override
  public RulePass apply(Logits logits, TokenBatch input) {
    if (logits.tokens() != recorded.tokens() || logits.experts() != recorded.experts()) {
      throw new DamagedCaseException("the recorded scores must be ["
          + logits.tokens()
          + ", "
          + logits.experts()
          + "] but are ["
          + recorded.tokens()
          + ", "
          + recorded.experts()
          + "]");
    }
    RulePass own = rule.apply(logits, input);
    Probabilities p = logits.softmax(input.mask());
    Assignments assignments = own.assignments();
    int[] chosen = new int[assignments.size()];
    boolean replayed = false;
    for (int n = 0; n < chosen.length; n++) {
      chosen[n] = assignments.expert(n);
    }
    for (int from = 0; from < chosen.length; from += rule.k()) {
      int token = assignments.token(from);
      if (Ties.atBoundary(p, token, rule.k()) || Ties.atBoundary(recorded, token, rule.k())) {
        System.arraycopy(recordedChoice(token), 0, chosen, from, rule.k());
        replayed = true;
      }
    }
    return replayed ? rule.weigh(logits, input, chosen) : own;
  }

  /** The recorded experts of a token; an error unless they are k largest. */
  private int[] recordedChoice(int token) {
    int[] experts = new int[rule.k()];
    boolean[] taken = new boolean[recorded.experts()];
    double smallestChosen = Double.POSITIVE_INFINITY;
    boolean sound = true;
    for (int i = 0; i < experts.length; i++) {
      experts[i] = (int) choice.get(token * experts.length + i);
      sound &= experts[i] >= 0 && experts[i] < taken.length && !taken[experts[i]];
      if (sound) {
        taken[experts[i]] = true;
        smallestChosen = Math.min(smallestChosen, recorded.get(token, experts[i]));
      }
    }
    for (int e = 0; sound && e < taken.length; e++) {
      sound = taken[e] || recorded.get(token, e) <= smallestChosen;
    }
    if (!sound) {
      throw new DamagedCaseException(choice.name()
          + " of token "
          + token
          + " must be "
          + rule.k()
          + " experts with the largest recorded scores but is "
          + Arrays.toString(experts));
    }
    return experts;
  }
}
