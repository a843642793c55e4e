package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import java.util.OptionalDouble;

/** A controller that updates a router's selection bias. */
public non-sealed interface BiasControllerProvider extends ControllerProvider {
  /**
   * The controller of one layer, at step 0.
   *
   * @param bias read by the layer's router. Modified by the controller's steps.
   * @param k choices per token of the router
   * @param rate size of a bias update; not read by a controller without a rate
   */
  LoadController create(ExpertBias bias, int k, CoefficientSchedule rate);

  /** A usual rate, for long runs; empty for a controller without a rate. */
  OptionalDouble defaultRate();

  @Override
  default String router() {
    return "deepseek-v3";
  }
}
