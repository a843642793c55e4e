package io.github.moe4j.routing;

import io.github.moe4j.core.Router;
import io.github.moe4j.testkit.RouterContract;
import org.nd4j.linalg.api.ndarray.INDArray;

class SwitchContractTest extends RouterContract {
  @Override
  protected Router router(INDArray weight, int choices) {
    return GatedRouter.of(LinearGate.of(weight), new Switch());
  }

  @Override
  protected int[] choices(int experts) {
    return new int[] {1};
  }
}
