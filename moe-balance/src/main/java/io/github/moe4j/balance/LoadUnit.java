package io.github.moe4j.balance;

/** The unit whose load a mechanism balances. */
public enum LoadUnit {
  /** Each expert. */
  EXPERTS,
  /** Each device, which has several experts. */
  DEVICES,
  /** None: it has another purpose, such as keeping logits small. */
  NONE
}
