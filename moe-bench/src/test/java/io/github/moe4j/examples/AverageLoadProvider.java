package io.github.moe4j.examples;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.catalogue.BiasControllerProvider;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import java.util.OptionalDouble;

/** {@link AverageLoadController} by name; the rate at step 0 is its strength. */
public final class AverageLoadProvider implements BiasControllerProvider {
  /** Called by ServiceLoader. */
  public AverageLoadProvider() {}

  @Override
  public String name() {
    return "average-load";
  }

  @Override
  public String title() {
    return "Average load";
  }

  @Override
  public String formula() {
    return "b = rate·(1 − E·average load)";
  }

  @Override
  public LoadController create(ExpertBias bias, int k, CoefficientSchedule rate) {
    return new AverageLoadController(bias, 0.9, rate.at(0));
  }

  @Override
  public OptionalDouble defaultRate() {
    return OptionalDouble.of(0.1);
  }
}
