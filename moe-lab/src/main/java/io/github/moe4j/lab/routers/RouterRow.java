package io.github.moe4j.lab.routers;

import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.Map;
import java.util.stream.Collectors;

/** A row of the table of routers, its cells rendered from the traits. */
public final class RouterRow {
  private static final String NOTHING = "–";

  /** Sizes that no other number of a parameter has. */
  private static final int EXPERTS = 10007;

  private static final int WIDTH = 20011;

  private RouterRow() {}

  /** What it needs of its input beside a token's own activations. */
  public static String needs(RouterProvider router) {
    return router.traits().needs().isEmpty()
        ? NOTHING
        : router.traits().needs().stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  /** What usually balances it, joined as the lab takes it; {@code none} for nothing. */
  public static String usualBalance(RouterProvider router) {
    return router.usualBalance().isEmpty() ? "none" : String.join("+", router.usualBalance());
  }

  /** Its parameters with their shapes, and its bias. */
  static String learned(RouterProvider router) {
    Map<String, ParameterSpec> specs = router.parameters(RouterConfig.of(EXPERTS, WIDTH, 2));
    String parameters = specs.entrySet().stream()
        .map(entry -> entry.getKey() + " " + shape(entry.getValue()))
        .collect(Collectors.joining(", "));
    String learned = parameters.isEmpty() ? "nothing" : parameters;
    return router.traits().readsBias() ? learned + "; b [E] outside the gradient" : learned;
  }

  private static String shape(ParameterSpec spec) {
    return spec.shape().stream()
        .map(size -> size == EXPERTS ? "E" : size == WIDTH ? "D" : size.toString())
        .collect(Collectors.joining(",", "[", "]"));
  }

  static String row(RouterProvider router) {
    return row(
        router.title(),
        router.page(),
        router.formula(),
        learned(router),
        router.traits().choices().toString(),
        router.traits().load().toString(),
        usualBalance(router),
        needs(router),
        router.usedBy(),
        router.cost());
  }

  static String row(String title, String page, String... cells) {
    return "| [%s](routers/%s.md) | %s |\n".formatted(title, page, String.join(" | ", cells));
  }
}
