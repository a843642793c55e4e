package io.github.moe4j.lab.study;

import io.github.moe4j.lab.balance.InitialRouting;
import io.github.moe4j.lab.balance.Mechanism;

/**
 * The result of one run of the study on held-out text; loads are those of the worst layer.
 *
 * @param mechanism the mechanism
 * @param start its initial routing
 * @param shareBefore share of the tokens that chose the most chosen expert, before training
 * @param cvBefore coefficient of variation of the load that the mechanism balances, before training
 * @param cvAfter the same after training
 * @param mostLoadedAfter load of the most loaded expert over the mean, after training
 * @param idleAfter experts without tokens, after training
 * @param bitsPerByte loss on held-out text after training
 */
public record StudyRow(
    Mechanism mechanism,
    InitialRouting start,
    double shareBefore,
    double cvBefore,
    double cvAfter,
    double mostLoadedAfter,
    int idleAfter,
    double bitsPerByte) {

  /** Whether the load is within the mechanism's bounds. */
  public boolean keepsBound() {
    return mechanism.bound().isKept(cvAfter, mostLoadedAfter);
  }
}
