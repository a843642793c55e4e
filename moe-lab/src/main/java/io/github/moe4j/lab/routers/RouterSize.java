package io.github.moe4j.lab.routers;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.OptionalInt;

/**
 * Experts and choices that a router is measured with, as {@code 8x2}; {@code 8} for routers whose number
 * of choices is their own.
 *
 * @param experts E
 * @param k choices per token; empty for a number of the router's own
 */
public record RouterSize(int experts, OptionalInt k) {
  /** Checks the numbers. */
  public RouterSize {
    Require.positive("experts", experts);
    k.ifPresent(choices -> Require.that(
        choices >= 1 && choices <= experts,
        "k must be in [1, E = %d] but was %d",
        experts,
        choices));
  }

  /** E experts and k choices. */
  static RouterSize of(int experts, int k) {
    return new RouterSize(experts, OptionalInt.of(k));
  }

  /** Reads {@code 8x2} or {@code 8}. */
  public static RouterSize parse(String text) {
    Require.that(
        text.matches("[1-9]\\d{0,5}(x[1-9]\\d{0,5})?"),
        "a size must be as 8x2 or 8 but was %s",
        text);
    int x = text.indexOf('x');
    return x < 0
        ? new RouterSize(Integer.parseInt(text), OptionalInt.empty())
        : of(Integer.parseInt(text.substring(0, x)), Integer.parseInt(text.substring(x + 1)));
  }

  /** Whether it says k just if the router reads one. */
  public boolean fits(RouterProvider router) {
    return router.traits().choices().readsK() == k.isPresent();
  }

  /** Throws unless it says k just if the router reads one. */
  public void requireFits(RouterProvider router) {
    Require.that(
        fits(router),
        k.isPresent()
            ? "router %s has a number of choices of its own (%s): give the size %d, not %s"
            : "router %s has %s choices: give a size such as %dx2, not %s",
        router.name(),
        router.traits().choices(),
        experts,
        this);
  }

  /** The heading of its column. */
  String title() {
    return "E " + experts + (k.isPresent() ? ", k " + k.getAsInt() : "");
  }

  @Override
  public String toString() {
    return experts + (k.isPresent() ? "x" + k.getAsInt() : "");
  }
}
