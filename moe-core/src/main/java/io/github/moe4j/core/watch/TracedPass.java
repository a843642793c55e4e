package io.github.moe4j.core.watch;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.internal.Require;

/**
 * The router's decision in one pass, as recorded in a trace. Immutable.
 *
 * @param layer name of the layer
 * @param step optimizer step of the pass
 * @param training whether the pass trained
 * @param sequenceLength tokens of a sequence
 * @param mask padding [T]
 * @param assignments before any dropping; of weight 0 if {@code weights} is {@code NONE}
 * @param weights precision of the recorded weights
 * @param dropped assignments that the capacity rule dropped
 */
public record TracedPass(
    String layer,
    long step,
    boolean training,
    int sequenceLength,
    TokenMask mask,
    Assignments assignments,
    TraceWeights weights,
    int dropped) {
  static final int MAX_TOKENS = 1 << 24;
  static final int MAX_EXPERTS = 1 << 16;

  /**
   * Checks that the parts fit together and are no larger than a trace may hold.
   *
   * @throws IllegalArgumentException if a component is not as documented
   */
  public TracedPass {
    Require.that(step >= 0, "step must be at least 0 but was %d", step);
    Require.that(dropped >= 0, "dropped must be at least 0 but was %d", dropped);
    Require.that(
        assignments.tokens() <= MAX_TOKENS,
        "tokens of a traced pass must be at most %d but were %d",
        MAX_TOKENS,
        assignments.tokens());
    Require.that(
        assignments.experts() <= MAX_EXPERTS,
        "experts of a traced pass must be at most %d but were %d",
        MAX_EXPERTS,
        assignments.experts());
    // Checks that all fit together; what it makes is light.
    RouterDecision.of(assignments, mask, sequenceLength, null, null);
  }

  /** The decision of a pass, with weights in float64. */
  public static TracedPass of(MoePass pass) {
    RouterDecision decision = pass.decision();
    return new TracedPass(
        pass.layer(),
        pass.mode().step(),
        pass.mode().isTraining(),
        decision.sequenceLength(),
        decision.mask(),
        decision.assignments(),
        TraceWeights.FLOAT64,
        pass.dropped());
  }
}
