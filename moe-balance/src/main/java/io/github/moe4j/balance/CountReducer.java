package io.github.moe4j.balance;

/**
 * All-reduce of counts over workers before a loss is computed: E counts, the number
 * of tokens and the mean number of choices of each layer, as {@link ExpertCounts#plus} adds them.
 *
 * <p>All workers must call it for the same layers in the same order.
 */
@FunctionalInterface
public interface CountReducer {
  /**
   * The counts of all workers together.
   *
   * @param layer place of the layer among those of the loss
   * @param own counts of this worker
   */
  ExpertCounts sum(int layer, ExpertCounts own);

  /** A single worker: its own counts. */
  static CountReducer single() {
    return (layer, own) -> own;
  }
}
