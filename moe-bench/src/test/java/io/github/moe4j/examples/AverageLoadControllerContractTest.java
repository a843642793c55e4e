package io.github.moe4j.examples;

import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.testkit.balance.ControllerContract;

class AverageLoadControllerContractTest extends ControllerContract {
  @Override
  protected LoadController controller(ExpertBias bias) {
    return new AverageLoadController(bias, 0.9, 0.1);
  }
}
