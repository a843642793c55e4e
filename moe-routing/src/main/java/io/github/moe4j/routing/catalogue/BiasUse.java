package io.github.moe4j.routing.catalogue;

/** Where a router adds the expert bias, which a controller updates, for selection. */
public enum BiasUse {
  /** None. */
  NONE,
  /** To scores between 0 and 1. */
  SCORES,
  /** To logits. */
  LOGITS
}
