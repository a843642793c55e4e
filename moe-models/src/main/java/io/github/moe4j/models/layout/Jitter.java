package io.github.moe4j.models.layout;

import io.github.moe4j.routing.Gate;
import io.github.moe4j.routing.InputJitter;
import io.github.moe4j.routing.LinearGate;

/** The noise on the router's tokens in training. */
final class Jitter {
  private Jitter() {}

  /** The gate as it is if there is no noise. */
  static Gate before(LinearGate gate, double epsilon) {
    return epsilon == 0 ? gate : InputJitter.of(gate, epsilon);
  }
}
