package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.Set;

/** A loss of the library. */
record LibraryLoss(
    String name,
    String title,
    String formula,
    String page,
    double defaultCoefficient,
    Set<Kind> reads,
    String atBalance,
    boolean bySequence,
    LoadUnit balances,
    String router,
    String when,
    Factory factory)
    implements LossProvider {

  /** Builds a loss. */
  @FunctionalInterface
  interface Factory {
    BalanceLoss create(double coefficient, LossSizes sizes);
  }

  /** A loss on probabilities that balances the experts of top-k. */
  static LibraryLoss of(
      String name,
      String title,
      String formula,
      String page,
      double defaultCoefficient,
      String atBalance,
      Factory factory) {
    return new LibraryLoss(
        name,
        title,
        formula,
        page,
        defaultCoefficient,
        Set.of(Kind.PROBABILITIES),
        atBalance,
        false,
        LoadUnit.EXPERTS,
        "top-k",
        "",
        factory);
  }

  LibraryLoss reading(Kind... kinds) {
    return copy(Set.of(kinds), bySequence, balances, router, when);
  }

  LibraryLoss withinSequences() {
    return copy(reads, true, balances, router, when);
  }

  LibraryLoss evening(LoadUnit unit) {
    return copy(reads, bySequence, unit, router, when);
  }

  LibraryLoss withRouter(String usual) {
    return copy(reads, bySequence, balances, usual, when);
  }

  LibraryLoss when(String text) {
    return copy(reads, bySequence, balances, router, text);
  }

  private LibraryLoss copy(
      Set<Kind> newReads, boolean sequence, LoadUnit unit, String usual, String text) {
    return new LibraryLoss(
        name,
        title,
        formula,
        page,
        defaultCoefficient,
        newReads,
        atBalance,
        sequence,
        unit,
        usual,
        text,
        factory);
  }

  @Override
  public BalanceLoss create(double coefficient, LossSizes sizes) {
    return factory.create(coefficient, sizes);
  }
}
