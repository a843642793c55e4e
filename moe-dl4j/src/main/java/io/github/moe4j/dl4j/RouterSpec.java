package io.github.moe4j.dl4j;

import io.github.moe4j.balance.catalogue.BiasControllerProvider;
import io.github.moe4j.balance.catalogue.ControllerCatalogue;
import io.github.moe4j.balance.catalogue.ControllerProvider;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.catalogue.Catalogue;
import io.github.moe4j.core.catalogue.ParameterSpec;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterChoice;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterNeed;
import io.github.moe4j.routing.catalogue.RouterParts;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A router of {@link RouterCatalogue}, user-defined ones included, as part of a network's configuration.
 *
 * @param name in the catalogue
 * @param k experts per token, for routers with this option
 * @param options numbers by name, see {@link RouterProvider#options} of the router
 * @param steering name of the controller of {@link ControllerCatalogue} that updates the expert
 *     bias, if the router reads one; null for the router's default
 * @param biasRate size of a bias update per iteration; not read by a controller without a rate
 */
public record RouterSpec(
    @JsonProperty("name") String name,
    @JsonProperty("k") int k,
    @JsonProperty("options") Map<String, Double> options,
    @JsonProperty("steering") @Nullable String steering,
    @JsonProperty("biasRate") double biasRate)
    implements Serializable {

  private static final double USUAL_RATE = 1e-3;

  /**
   * Checks everything that does not depend on the number of experts.
   *
   * @throws IllegalArgumentException if the router, an option or the controller is unknown, or a number is out of range
   */
  @JsonCreator
  public RouterSpec {
    Require.positive("k", k);
    Require.that(
        biasRate >= 0 && Double.isFinite(biasRate),
        "biasRate must be at least 0 but was %s",
        biasRate);
    RouterProvider provider = RouterCatalogue.load().get(name);
    Require.that(
        !provider.traits().needs(RouterNeed.TOKEN_IDS),
        "router %s needs token ids, which a DL4J layer does not receive",
        name);
    if (steering != null) {
      requireController(steering);
    }
    // A TreeMap can be serialized on every JDK, and has one order in JSON.
    options = options == null ? new TreeMap<>() : new TreeMap<>(options);
  }

  /**
   * A router with default options.
   *
   * @param k experts per token; ignored by routers with a fixed number
   */
  public static RouterSpec of(String name, int k) {
    return new RouterSpec(name, k, Map.of(), null, USUAL_RATE);
  }

  /**
   * The router of a layer, without its parameters.
   *
   * @param router Not modified.
   * @throws IllegalArgumentException if no router of the catalogue is like it; the message says what is not
   */
  public static RouterSpec of(Router router) {
    RouterChoice choice = RouterChoice.of(router);
    return new RouterSpec(choice.name(), choice.k(), choice.options(), null, USUAL_RATE);
  }

  /** Names of all routers that a DL4J layer supports. */
  public static List<String> names() {
    return RouterCatalogue.load().all().stream()
        .filter(provider -> !provider.traits().needs(RouterNeed.TOKEN_IDS))
        .map(RouterProvider::name)
        .toList();
  }

  /** The same with an additional option. */
  public RouterSpec with(String option, double value) {
    Map<String, Double> all = new TreeMap<>(options);
    all.put(option, value);
    return new RouterSpec(name, k, all, steering, biasRate);
  }

  /** The same with another rate of its expert bias. */
  public RouterSpec withBiasRate(double rate) {
    return new RouterSpec(name, k, options, steering, rate);
  }

  /** The same with another controller of its expert bias, from {@link ControllerCatalogue}. */
  public RouterSpec withSteering(String controller) {
    return new RouterSpec(name, k, options, controller, biasRate);
  }

  RouterProvider provider() {
    return RouterCatalogue.load().get(name);
  }

  boolean readsBias() {
    return provider().traits().readsBias();
  }

  /** Experts that a token gets, at most or on average. */
  int choices(int experts) {
    return provider().traits().choices().expected(experts, k);
  }

  /** What moves the expert bias: as given, else the router's usual controller, else the sign rule. */
  BiasControllerProvider controller() {
    if (steering != null) {
      return requireController(steering);
    }
    Catalogue<ControllerProvider> all = ControllerCatalogue.load();
    return provider().usualBalance().stream()
        .flatMap(mechanism -> all.find(mechanism).stream())
        .filter(BiasControllerProvider.class::isInstance)
        .map(BiasControllerProvider.class::cast)
        .findFirst()
        .orElseGet(() -> requireController("v3-sign"));
  }

  private static BiasControllerProvider requireController(String name) {
    if (ControllerCatalogue.load().get(name) instanceof BiasControllerProvider controller) {
      return controller;
    }
    throw new IllegalArgumentException(
        "steering must be a controller of expert biases but was " + name);
  }

  /** Throws unless the router can choose among as many experts. */
  void requireFits(int experts) {
    provider().create(config(experts, 1), DataType.FLOAT, ExpertBias.zeros(experts), 0);
  }

  Map<String, ParameterSpec> parameters(int experts, int modelWidth) {
    return provider().parameters(config(experts, modelWidth));
  }

  Router build(int experts, int modelWidth, RouterParts parts) {
    return provider().build(config(experts, modelWidth), parts);
  }

  private RouterConfig config(int experts, int modelWidth) {
    return new RouterConfig(experts, modelWidth, k, options);
  }
}
