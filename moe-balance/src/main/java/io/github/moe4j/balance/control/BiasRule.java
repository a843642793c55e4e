package io.github.moe4j.balance.control;

/** How a selection bias changes by the load of one optimizer step. */
@FunctionalInterface
public interface BiasRule {
  /**
   * The change of the bias of each expert [E], a new array.
   *
   * @param counts choices of each expert in this step, before dropping [E]. Not modified.
   * @param step optimizer steps done before, at least 0
   */
  double[] change(long[] counts, long step);
}
