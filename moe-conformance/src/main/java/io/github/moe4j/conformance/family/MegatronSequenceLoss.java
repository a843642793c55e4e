package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenMask;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code seq_aux_loss} of Megatron-LM: {@code E/(k·B·T̄²)·Σ_b Σ_e (Σ_t p_te)·n_be} over the real
 * tokens t of each of B sequences b, with T̄ the mean number of real tokens of a sequence.
 *
 * <p>The library's loss of one sequence is {@code E/(k·T_b²)·Σ_e (Σ_t p_te)·n_be}, with the real
 * tokens T_b of that sequence itself: the same without padding. Here it gets the coefficient {@code
 * T_b²/(B·T̄²)}, so that sequences with little padding weigh more.
 */
final class MegatronSequenceLoss {
  private MegatronSequenceLoss() {}

  /**
   * The loss with coefficient 1.
   *
   * @param decision of tokens that lie sequence by sequence within each place: token t belongs to
   *     sequence {@code t mod B}
   * @param sequences B
   */
  static LossValue evaluate(RouterDecision decision, int sequences) {
    double mean = (double) decision.mask().validTokens() / sequences;
    double value = 0;
    RoutingGradient gradient = RoutingGradient.none();
    for (int b = 0; b < sequences; b++) {
      RouterDecision part = sequence(decision, b, sequences);
      int tokens = part.mask().validTokens();
      if (tokens > 0) {
        double coefficient = tokens / mean * (tokens / mean) / sequences;
        LossValue loss = SwitchLoss.of(coefficient).evaluate(part);
        value += loss.value();
        gradient = gradient.plus(loss.gradient().unbound());
      }
    }
    return new LossValue(value, List.of(gradient));
  }

  /** The same decision with all other sequences as padding. */
  private static RouterDecision sequence(RouterDecision decision, int sequence, int sequences) {
    boolean[] valid = new boolean[decision.tokens()];
    for (int t = sequence; t < valid.length; t += sequences) {
      valid[t] = decision.mask().valid(t);
    }
    int[] own = IntStream.range(0, decision.assignments().size())
        .filter(n -> valid[decision.assignments().token(n)])
        .toArray();
    return RouterDecision.of(
        decision.assignments().select(own),
        TokenMask.of(valid),
        decision.tokens(),
        null,
        decision.requireProbabilities("seq_aux_loss"));
  }
}
