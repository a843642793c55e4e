package io.github.moe4j.routing;

import io.github.moe4j.core.Router;
import io.github.moe4j.testkit.RouterContract;
import org.nd4j.linalg.api.ndarray.INDArray;

class AllExpertsContractTest extends RouterContract {
  @Override
  protected int[] choices(int experts) {
    return new int[] {experts};
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    return GatedRouter.of(LinearGate.of(weight), new AllExperts());
  }
}
