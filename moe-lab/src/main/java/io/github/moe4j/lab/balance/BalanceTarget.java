package io.github.moe4j.lab.balance;

/**
 * The balance that a mechanism must reach by the end of the study.
 *
 * @param cv bound on the coefficient of variation of the load that it balances
 * @param mostLoaded bound on the largest load of an expert over the mean
 */
public record BalanceTarget(double cv, double mostLoaded) {
  /** No bound. */
  public static final BalanceTarget NONE =
      new BalanceTarget(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** A seventh of the variation of a total collapse of top-2 of 8. */
  public static final BalanceTarget BALANCED = new BalanceTarget(0.25, Double.POSITIVE_INFINITY);

  /** For a selection bias, which acts directly on the measured load: no expert a fifth above the mean. */
  public static final BalanceTarget TIGHT = new BalanceTarget(0.25, 1.2);

  /** Whether the load at the end of a run is within the bounds. */
  public boolean isKept(double cvAfter, double mostLoadedAfter) {
    return cvAfter <= cv && mostLoadedAfter <= mostLoaded;
  }
}
