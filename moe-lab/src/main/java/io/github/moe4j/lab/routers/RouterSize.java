package io.github.moe4j.lab.routers;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.catalogue.ChoiceCount;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.Collection;
import java.util.List;
import java.util.OptionalInt;

/**
 * Experts and choices that a router is measured with.
 *
 * @param experts E
 * @param k choices per token; empty if the router does not read k
 */
public record RouterSize(int experts, OptionalInt k) {
  /** The text of k for a router that chooses as many as each token needs. */
  public static final String OWN = "own";

  /** Checks the numbers. */
  public RouterSize {
    Require.positive("experts", experts);
    k.ifPresent(choices -> Require.that(
        choices >= 1 && choices <= experts,
        "k must be in [1, E = %d] but was %d",
        experts,
        choices));
  }

  /**
   * The size of a router, from parameters of a benchmark.
   *
   * @param router that is measured
   * @param experts E
   * @param k a number; for a router that does not read k its own number of choices, or {@code own}
   * @throws IllegalArgumentException if the router cannot have that k
   */
  public static RouterSize of(RouterProvider router, int experts, String k) {
    ChoiceCount choices = router.traits().choices();
    if (choices.readsK()) {
      Require.that(
          isNumber(k),
          "router %s has %s choices: k must be a number, at most E, but was %s",
          router.name(),
          choices,
          k);
      return new RouterSize(experts, OptionalInt.of(Integer.parseInt(k)));
    }
    String own = own(choices, experts);
    Require.that(
        k.equals(OWN) || k.equals(own),
        "router %s has a number of choices of its own (%s): k must be %s but was %s",
        router.name(),
        choices,
        own,
        k);
    return new RouterSize(experts, OptionalInt.empty());
  }

  /**
   * Those values of k that a router can have: numbers up to E if it reads k, else its own number, or
   * {@code own} if that depends on the token.
   *
   * @param router that is measured
   * @param experts E
   * @param given numbers, or {@code own}
   */
  public static List<String> choices(RouterProvider router, int experts, Collection<String> given) {
    for (String k : given) {
      Require.that(k.equals(OWN) || isNumber(k), "k must be a number or own but was %s", k);
    }
    ChoiceCount choices = router.traits().choices();
    return choices.readsK()
        ? given.stream()
            .filter(k -> isNumber(k) && Integer.parseInt(k) <= experts)
            .distinct()
            .toList()
        : List.of(own(choices, experts));
  }

  private static String own(ChoiceCount choices, int experts) {
    OptionalInt number = choices.own(experts);
    return number.isPresent() ? Integer.toString(number.getAsInt()) : OWN;
  }

  private static boolean isNumber(String k) {
    return k.matches("[1-9]\\d{0,5}");
  }

  /** The heading of its column. */
  String title() {
    return "E " + experts + (k.isPresent() ? ", k " + k.getAsInt() : "");
  }
}
