package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.control.BiasController;
import io.github.moe4j.balance.control.ProportionalRule;
import io.github.moe4j.balance.control.QuantileController;
import io.github.moe4j.balance.control.SignRule;
import io.github.moe4j.core.catalogue.Catalogue;
import java.util.List;
import java.util.OptionalDouble;

/** The catalogue of controllers: those of the library and user-defined ones. */
public final class ControllerCatalogue {
  private static final OptionalDouble RATE = OptionalDouble.of(1e-3);
  private static final String DEEPSEEK_V3 = "deepseek-v3";

  private static final List<ControllerProvider> LIBRARY = List.of(
      new LibraryBiasController(
          "v3-sign",
          "Sign rule",
          "Δb = rate·sign(mean(n) − n)",
          RATE,
          DEEPSEEK_V3,
          "no interfering gradient; the best balance; needs a step hook and a rate",
          (bias, k, rate) -> new BiasController(bias, new SignRule(rate, false))),
      new LibraryBiasController(
          "v3-centred",
          "Centred sign rule",
          "the sign rule minus the mean of its updates (torchtitan)",
          RATE,
          DEEPSEEK_V3,
          "the same, biases do not drift",
          (bias, k, rate) -> new BiasController(bias, new SignRule(rate, true))),
      new LibraryBiasController(
          "v3-proportional",
          "Proportional rule",
          "Δb = rate·(mean(n) − n)/mean(n)",
          RATE,
          DEEPSEEK_V3,
          "the same with fewer settings to anneal: updates decay by themselves",
          (bias, k, rate) -> new BiasController(bias, new ProportionalRule(rate))),
      new LibraryBiasController(
          "quantile",
          "Quantile balancing",
          "b = −(the dual variable that balances each expert)",
          OptionalDouble.empty(),
          "biased-top-k",
          "as the bias, without a rate: converges within a few steps; reads all scores",
          (bias, k, rate) -> QuantileController.ofLogits(bias, k)),
      new LibrarySparsityController());

  private ControllerCatalogue() {}

  /** The controllers of the library, in the order of the docs. */
  public static List<ControllerProvider> library() {
    return LIBRARY;
  }

  /**
   * The controllers of the library and user-defined ones.
   *
   * @throws java.util.ServiceConfigurationError if a provider cannot be loaded
   * @throws IllegalArgumentException if two have the same name
   */
  public static Catalogue<ControllerProvider> load() {
    return Catalogue.load("controller", ControllerProvider.class, LIBRARY);
  }
}
