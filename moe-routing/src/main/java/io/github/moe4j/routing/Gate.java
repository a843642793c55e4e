package io.github.moe4j.routing;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Parameterized;
import io.github.moe4j.core.TokenBatch;

/** Scores every expert for every token. */
public interface Gate extends Parameterized {
  /** Number of experts E. */
  int experts();

  /** Model width D of the tokens it reads. */
  int modelWidth();

  /**
   * Scores the tokens of an input.
   *
   * @param input tokens x [T,D]. Not modified.
   * @param scope memory of the pass, valid until the scope is closed
   * @throws IllegalArgumentException if x does not fit the gate, a real token has a NaN or infinite score, or a
   *     required generator is missing
   */
  GatePass score(TokenBatch input, Arena.Scope scope);

  /** Scores the tokens of an input in its own memory, for a gate that is used without a router. */
  default GatePass score(TokenBatch input) {
    return score(input, new Arena().open("the pass of a gate"));
  }
}
