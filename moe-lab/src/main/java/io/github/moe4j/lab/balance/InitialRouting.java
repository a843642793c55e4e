package io.github.moe4j.lab.balance;

/** The initial state of a model's gates. */
public enum InitialRouting {
  /** No expert is preferred. */
  BALANCED,
  /** The first k experts are preferred by the gate's bias, so that they get nearly all tokens. */
  COLLAPSED
}
