package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import java.util.OptionalDouble;

/** A bias controller of the library. */
record LibraryBiasController(
    String name,
    String title,
    String formula,
    OptionalDouble defaultRate,
    String router,
    String when,
    Factory factory)
    implements BiasControllerProvider {

  /** Builds a controller. */
  @FunctionalInterface
  interface Factory {
    LoadController create(ExpertBias bias, int k, CoefficientSchedule rate);
  }

  @Override
  public String page() {
    return "controllers";
  }

  @Override
  public LoadController create(ExpertBias bias, int k, CoefficientSchedule rate) {
    return factory.create(bias, k, rate);
  }
}
