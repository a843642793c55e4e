package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.core.catalogue.CatalogueEntry;

/**
 * A controller with its traits. What it acts on is its type. One of a user's own is found by {@link
 * java.util.ServiceLoader}: a public class without constructor arguments, named in {@code
 * META-INF/services/io.github.moe4j.balance.catalogue.ControllerProvider}.
 */
public sealed interface ControllerProvider extends CatalogueEntry
    permits BiasControllerProvider, CoefficientControllerProvider {

  /** What it balances. */
  default LoadUnit balances() {
    return LoadUnit.EXPERTS;
  }

  /** The router that it is usually used with, by the name of routers in their catalogue. */
  String router();

  /** Advantages and disadvantages, in a few words. */
  default String when() {
    return "";
  }
}
