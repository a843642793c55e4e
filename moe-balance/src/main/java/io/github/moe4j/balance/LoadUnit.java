package io.github.moe4j.balance;

/** The unit whose load a mechanism balances. */
public enum LoadUnit {
  /** That of each expert. */
  EXPERTS,
  /** That of each device, which holds several experts. */
  DEVICES,
  /** None: it does something else, such as keeping logits small. */
  NONE
}
