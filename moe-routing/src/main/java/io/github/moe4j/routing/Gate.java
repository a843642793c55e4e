package io.github.moe4j.routing;

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
   */
  GatePass score(TokenBatch input);
}
