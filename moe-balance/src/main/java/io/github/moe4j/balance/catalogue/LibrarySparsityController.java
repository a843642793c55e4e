package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.control.CoefficientController;
import io.github.moe4j.balance.control.SparsityController;

/** The controller of ReMoE. */
record LibrarySparsityController() implements CoefficientControllerProvider {
  @Override
  public String name() {
    return "sparsity";
  }

  @Override
  public String title() {
    return "Sparsity controller";
  }

  @Override
  public String formula() {
    return "λ·1.2 while fewer than 1 − k/E of the weights are 0, else λ/1.2";
  }

  @Override
  public String page() {
    return "controllers";
  }

  @Override
  public String loss() {
    return "remoe-l1";
  }

  @Override
  public String router() {
    return "remoe";
  }

  @Override
  public String when() {
    return "ReLU routing: controls the number of experts per token";
  }

  @Override
  public CoefficientController create(int experts, int k) {
    return SparsityController.of(experts, k);
  }
}
