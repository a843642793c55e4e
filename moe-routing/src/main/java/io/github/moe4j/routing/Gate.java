package io.github.moe4j.routing;

import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.Parameterised;

/** Scores every expert for every token. */
public interface Gate extends Parameterised {
  /** Number of experts E. */
  int experts();

  /** Model width D of the tokens it reads. */
  int modelWidth();

  /**
   * Scores the tokens of an input.
   *
   * @param input tokens x [T,D]. Not modified.
   */
  GateRun score(MoeInput input);
}
