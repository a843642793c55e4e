package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.control.CoefficientController;

/** A controller that changes the coefficient of a loss; one for all layers. */
public non-sealed interface CoefficientControllerProvider extends ControllerProvider {
  /**
   * The controller at its initial coefficient.
   *
   * @param experts E
   * @param k target number of experts per token, in [1, E]
   */
  CoefficientController create(int experts, int k);

  /** The loss whose coefficient it controls, by its name in the catalogue of losses. */
  String loss();
}
