package io.github.moe4j.balance;

/** Whose load a way to balance evens out. */
public enum LoadUnit {
  /** That of each expert. */
  EXPERTS,
  /** That of each device, which holds several experts. */
  DEVICES,
  /** Nobody's: it does something else, such as keeping logits small. */
  NONE
}
