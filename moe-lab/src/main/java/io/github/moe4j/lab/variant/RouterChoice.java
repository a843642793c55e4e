package io.github.moe4j.lab.variant;

import io.github.moe4j.lab.routers.RouterCatalogue;
import io.github.moe4j.lab.routers.RouterEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A router with the balance and capacity that it has where nothing else is asked for.
 *
 * @param name as on the command line
 * @param entry the router
 * @param balance mechanisms, as {@link BalanceChoice#parse} takes them
 * @param capacity as {@link CapacityKinds#parse} takes it
 */
record RouterChoice(String name, RouterEntry entry, String balance, String capacity) {
  private static final String LOSSES = "switch+z-loss";

  /** What the lab compares if nothing is asked for, after the dense model. */
  static final List<RouterChoice> DEFAULTS = List.of(
      new RouterChoice("topk", RouterCatalogue.named("top-k"), "none", CapacityKinds.DROPLESS),
      new RouterChoice(
          "topk-balanced", RouterCatalogue.named("top-k"), LOSSES, CapacityKinds.DROPLESS),
      new RouterChoice("switch", RouterCatalogue.named("switch"), LOSSES, "1.25"));

  /** Those, and every router of the registry with what usually balances it, dropless. */
  static List<RouterChoice> all() {
    List<RouterChoice> all = new ArrayList<>(DEFAULTS);
    Stream<RouterEntry> others = RouterCatalogue.all().stream()
        .filter(entry -> DEFAULTS.stream().noneMatch(d -> d.name().equals(entry.name())));
    others.forEach(entry ->
        all.add(new RouterChoice(entry.name(), entry, entry.balance(), CapacityKinds.DROPLESS)));
    return all;
  }

  /** The choice of a name. */
  static Optional<RouterChoice> named(String name) {
    return all().stream().filter(choice -> choice.name().equals(name)).findFirst();
  }
}
