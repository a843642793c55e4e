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
  static final String TOP_K = "top-k";
  static final String UNBALANCED = TOP_K + "-unbalanced";
  private static final String SWITCH = "switch";

  /** Those that stand first in the list; all others are dropless, with their usual balancing. */
  private static List<RouterChoice> special(Catalogue<RouterProvider> routers) {
    RouterProvider topK = routers.get(TOP_K);
    RouterProvider first = routers.get(SWITCH);
    return List.of(
        new RouterChoice(UNBALANCED, topK, BalanceChoice.NONE, CapacityText.DROPLESS),
        new RouterChoice(TOP_K, topK, RouterRow.usualBalance(topK), CapacityText.DROPLESS),
        new RouterChoice(SWITCH, first, RouterRow.usualBalance(first), "1.25"));
  }

  /** Those, and every router of the catalogue with what usually balances it, dropless. */
  static List<RouterChoice> all() {
    Catalogue<RouterProvider> routers = RouterCatalogue.load();
    List<RouterChoice> all = new ArrayList<>(special(routers));
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
