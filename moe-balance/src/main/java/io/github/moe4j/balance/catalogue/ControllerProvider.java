package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.core.catalogue.CatalogueEntry;

/**
 * A controller with its traits; its subtype says what it controls. User-defined ones are found by
 * {@link java.util.ServiceLoader}: a class with a public no-argument constructor, listed in {@code
 * META-INF/services/io.github.moe4j.balance.catalogue.ControllerProvider}.
 */
public sealed interface ControllerProvider extends CatalogueEntry
    permits BiasControllerProvider, CoefficientControllerProvider {

  /** What it balances. */
  default LoadUnit balances() {
    return LoadUnit.EXPERTS;
  }

  /** The router with which it is usually used, by its name in the catalogue of routers. */
  String router();

  /** Advantages and disadvantages, in a few words. */
  default String when() {
    return "";
  }
}
