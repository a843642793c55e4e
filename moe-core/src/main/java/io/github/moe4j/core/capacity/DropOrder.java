package io.github.moe4j.core.capacity;

import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Probabilities;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.InverseSampling;
import io.github.moe4j.core.internal.StableOrder;
import java.util.random.RandomGenerator;

/**
 * The drop priority of assignments if capacity is limited: the last ones are dropped.
 *
 * <p>Ties go to the assignment that comes first in the decision, or to the lower token. In all
 * orders but {@link #tokenMajor} a later token may displace an earlier one, so that in a decoder the
 * output of a token depends on later tokens.
 */
@FunctionalInterface
public interface DropOrder {
  /**
   * The places of all N assignments of a decision, highest priority first.
   *
   * @return a permutation of 0 … N − 1 in a new array
   */
  int[] order(RouterDecision decision, PassMode mode);

  /**
   * All choices of token 0, then all of token 1 …: MaxText and DeepSpeed's top-k {@code position}.
   */
  static DropOrder tokenMajor() {
    return new NamedOrder(
        "token-major", (decision, mode) -> AssignmentOrder.tokenMajor(decision.assignments()));
  }

  /**
   * The first choices of all tokens, then all second choices …, each in token order, so that no
   * second choice displaces a first: GShard (arXiv 2006.16668, algorithm 1), mesh-tensorflow,
   * Flaxformer, vmoe, Tutel, fairseq and DeepSpeed's top-2.
   */
  static DropOrder choiceMajor() {
    return new NamedOrder(
        "choice-major",
        (decision, mode) -> AssignmentOrder.choiceMajor(
            decision.assignments(), StableOrder.identity(decision.tokens())));
  }

  /**
   * The largest weight first: {@code probs} of Megatron-LM and of DeepSpeed's top-k, whose weights
   * at this point are the router's.
   */
  static DropOrder byWeight() {
    return new NamedOrder(
        "by-weight",
        (decision, mode) -> StableOrder.descending(decision.assignments().weights()));
  }

  /**
   * The largest probability of the assignment's expert first, whatever its weight:
   * BALM's top-k router. Needs a router with probabilities.
   */
  static DropOrder byProbability() {
    return new NamedOrder(
        "by-probability",
        (decision, mode) -> AssignmentOrder.byProbability(
            decision.assignments(), decision.requireProbabilities("drop order byProbability")));
  }

  /**
   * Batch-prioritized routing: like {@link #choiceMajor}, but tokens come in the order of their
   * largest probability, largest first, so that low-confidence tokens are dropped rather than late ones:
   * V-MoE (arXiv 2106.05974, section 4), Flaxformer, NLLB and Tutel. Needs a router with
   * probabilities.
   */
  static DropOrder batchPrioritized() {
    return new NamedOrder("batch-prioritized", (decision, mode) -> {
      Probabilities p = decision.requireProbabilities("drop order batchPrioritized");
      return AssignmentOrder.choiceMajor(decision.assignments(), AssignmentOrder.surestFirst(p));
    });
  }

  /**
   * In training, the largest of uniform numbers first, one drawn for each assignment in the
   * decision's order: DeepSpeed's random token selection {@code use_rts}. In evaluation {@link
   * #tokenMajor} (there DeepSpeed draws as well).
   */
  static DropOrder random() {
    return new NamedOrder("random", (decision, mode) -> {
      if (!mode.isTraining()) {
        return tokenMajor().order(decision, mode);
      }
      RandomGenerator generator = mode.requireGenerator("drop order random");
      return StableOrder.descending(
          InverseSampling.uniforms(generator, decision.assignments().size()));
    });
  }
}
