package io.github.moe4j.routing.catalogue;

import io.github.moe4j.core.Router;
import io.github.moe4j.core.catalogue.NumberOption;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.TopK;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A router of the library.
 *
 * @param page its page among the docs of routers, without extension
 * @param usualBalance names of what balances it
 * @param specs its parameters
 * @param builder builds it over given arrays
 */
record LibraryRouter(
    String name,
    String title,
    String page,
    String formula,
    String usedBy,
    String cost,
    RouterTraits traits,
    List<String> usualBalance,
    List<NumberOption> options,
    Function<RouterConfig, Map<String, ParameterSpec>> specs,
    BiFunction<RouterConfig, RouterParts, Router> builder)
    implements RouterProvider {

  /**
   * What the table says.
   *
   * @param page its page among the docs of routers, without extension
   */
  record Text(String name, String title, String page, String formula, String usedBy, String cost) {}

  /** A rule over a linear gate, balanced by default as {@link RouterProvider#usualBalance} says. */
  static LibraryRouter rule(
      Text text,
      RouterTraits traits,
      List<NumberOption> options,
      BiFunction<RouterConfig, RouterParts, RoutingRule> rule) {
    return of(
        text,
        traits,
        Stream.concat(options.stream(), Stream.of(RuleProvider.GATE_BIAS)).toList(),
        RuleProvider::gateParameters,
        (config, parts) ->
            GatedRouter.of(RuleProvider.gate(config, parts), rule.apply(config, parts)));
  }

  /** Any other router. */
  static LibraryRouter of(
      Text text,
      RouterTraits traits,
      List<NumberOption> options,
      Function<RouterConfig, Map<String, ParameterSpec>> specs,
      BiFunction<RouterConfig, RouterParts, Router> builder) {
    return new LibraryRouter(
        text.name,
        text.title,
        text.page,
        text.formula,
        text.usedBy,
        text.cost,
        traits,
        traits.usualLosses(),
        options,
        specs,
        builder);
  }

  /** The same, usually balanced by something of its own. */
  LibraryRouter balancedBy(String mechanism) {
    return new LibraryRouter(
        name,
        title,
        page,
        formula,
        usedBy,
        cost,
        traits,
        List.of(mechanism),
        options,
        specs,
        builder);
  }

  /** With one choice normalized weights would always be 1 and the router could not learn. */
  static TopK topK(RouterConfig config) {
    return config.k() == 1 ? TopK.unnormalized(1) : TopK.of(config.k());
  }

  @Override
  public Map<String, ParameterSpec> parameters(RouterConfig config) {
    return specs.apply(config);
  }

  @Override
  public Router build(RouterConfig config, RouterParts parts) {
    return builder.apply(config, parts);
  }
}
