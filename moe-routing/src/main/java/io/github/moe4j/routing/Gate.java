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
   */
  GatePass score(TokenBatch input, Arena.Scope scope);

  /** Scores the tokens of an input in memory of its own, for a gate that is used alone. */
  default GatePass score(TokenBatch input) {
    return score(input, new Arena().open("the pass of a gate"));
  }
}
