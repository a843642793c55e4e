package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.catalogue.CatalogueEntry;
import java.util.Set;

/**
 * A balance loss with its traits. One of a user's own is found by {@link java.util.ServiceLoader}: a
 * public class without constructor arguments, named in {@code
 * META-INF/services/io.github.moe4j.balance.catalogue.LossProvider}.
 */
public interface LossProvider extends CatalogueEntry {
  /**
   * The loss.
   *
   * @param coefficient weight of the loss, finite and at least 0
   * @param sizes of the layers that it is for; a loss reads of them what it needs
   * @throws IllegalArgumentException if the coefficient or a size that it reads does not fit
   */
  BalanceLoss create(double coefficient, LossSizes sizes);

  /** A default coefficient that balances a small model. */
  double defaultCoefficient();

  /**
   * Kinds of scores that it reads and has a gradient of, all of which a router must offer; empty if it
   * reads nothing but assignments and their weights.
   */
  Set<Kind> reads();

  /** Whether tokens of different sequences are kept apart. */
  default boolean bySequence() {
    return false;
  }

  /** What it balances. */
  default LoadUnit balances() {
    return LoadUnit.EXPERTS;
  }

  /** Its value with coefficient 1 at perfect balance, as {@code 1} or {@code −ln E}. */
  String atBalance();

  /** The router that it is usually used with, by the name of routers in their catalogue. */
  default String router() {
    return "top-k";
  }

  /** Advantages and disadvantages, in a few words. */
  default String when() {
    return "";
  }
}
