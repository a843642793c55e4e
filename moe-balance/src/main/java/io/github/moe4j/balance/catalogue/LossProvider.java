package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.catalogue.CatalogueEntry;
import java.util.Set;

/**
 * A balance loss with its traits. User-defined ones are found by {@link java.util.ServiceLoader}: a class with a
 * public no-argument constructor, listed in {@code META-INF/services/io.github.moe4j.balance.catalogue.LossProvider}.
 */
public interface LossProvider extends CatalogueEntry {
  /**
   * The loss.
   *
   * @param coefficient weight of the loss, finite and at least 0
   * @param sizes of the layers, of which a loss reads those it needs
   * @throws IllegalArgumentException if the coefficient or a required size is invalid
   */
  BalanceLoss create(double coefficient, LossSizes sizes);

  /** A default coefficient that balances a small model. */
  double defaultCoefficient();

  /**
   * Kinds of scores that it reads and differentiates, all of which a router must provide; empty if it
   * reads only assignments and their weights.
   */
  Set<Kind> reads();

  /** Whether it is computed for each sequence separately. */
  default boolean bySequence() {
    return false;
  }

  /** What it balances. */
  default LoadUnit balances() {
    return LoadUnit.EXPERTS;
  }

  /** Its value with coefficient 1 at perfect balance, as {@code 1} or {@code −ln E}. */
  String atBalance();

  /** The router with which it is usually used, by its name in the catalogue of routers. */
  default String router() {
    return "top-k";
  }

  /** Advantages and disadvantages, in a few words. */
  default String when() {
    return "";
  }
}
