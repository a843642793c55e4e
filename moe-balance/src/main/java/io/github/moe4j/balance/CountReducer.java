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

  /**
   * The sum over all workers of what a controller {@linkplain
   * io.github.moe4j.balance.control.LoadController#observed observed}, in one order.
   *
   * @param own of this worker. Not modified.
   * @throws UnsupportedOperationException unless the reducer supports controllers
   */
  default double[] sum(double[] own) {
    throw new UnsupportedOperationException(
        "a balancer with controllers needs a CountReducer that sums what they observed");
  }

  /** A single worker: its own counts. */
  static CountReducer single() {
    return SingleWorker.INSTANCE;
  }
}
