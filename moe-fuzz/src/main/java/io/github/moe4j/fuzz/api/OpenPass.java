package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.MoePass;

/**
 * A pass of a sequence, which may still have a backward.
 *
 * @param input of the pass
 * @param pass of the layer
 * @param changes how often parameters had been changed when it ran
 * @param state how far it is
 */
record OpenPass(RandomInput input, MoePass pass, int changes, State state) {
  /** How far a pass is. */
  enum State {
    /** Its backward adds the gradient of the outputs alone. */
    OPEN,
    /** Its backward is allowed; what it adds is not compared. */
    BALANCED,
    ENDED
  }

  OpenPass with(State other) {
    return new OpenPass(input, pass, changes, other);
  }
}
