package io.github.moe4j.lab.variant;

import io.github.moe4j.core.capacity.CapacityText;
import io.github.moe4j.core.catalogue.Catalogue;
import io.github.moe4j.lab.routers.RouterRow;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A router with its default balance and capacity.
 *
 * @param name as on the command line
 * @param provider the router
 * @param balance mechanisms, as {@link BalanceChoice#parse} takes them
 * @param capacity as {@link CapacityText} reads it
 */
record RouterChoice(String name, RouterProvider provider, String balance, String capacity) {
  private static final String TOP_K = "top-k";
  private static final String SWITCH = "switch";

  /** What the lab compares by default, after the dense model. */
  static List<RouterChoice> defaults() {
    return defaults(RouterCatalogue.load());
  }

  private static List<RouterChoice> defaults(Catalogue<RouterProvider> routers) {
    RouterProvider topK = routers.get(TOP_K);
    RouterProvider first = routers.get(SWITCH);
    return List.of(
        new RouterChoice(TOP_K + "-unbalanced", topK, BalanceChoice.NONE, CapacityText.DROPLESS),
        new RouterChoice(TOP_K, topK, RouterRow.usualBalance(topK), CapacityText.DROPLESS),
        new RouterChoice(SWITCH, first, RouterRow.usualBalance(first), "1.25"));
  }

  /** Those, and every router of the catalogue with what usually balances it, dropless. */
  static List<RouterChoice> all() {
    Catalogue<RouterProvider> routers = RouterCatalogue.load();
    List<RouterChoice> all = new ArrayList<>(defaults(routers));
    for (RouterProvider router : routers) {
      if (all.stream().noneMatch(choice -> choice.name().equals(router.name()))) {
        all.add(new RouterChoice(
            router.name(), router, RouterRow.usualBalance(router), CapacityText.DROPLESS));
      }
    }
    return all;
  }

  /** The choice of a name. */
  static Optional<RouterChoice> named(String name) {
    return all().stream().filter(choice -> choice.name().equals(name)).findFirst();
  }
}
