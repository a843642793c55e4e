package io.github.moe4j.routing;

import io.github.moe4j.core.Router;
import io.github.moe4j.testkit.RouterContract;
import org.nd4j.linalg.api.ndarray.INDArray;

class ReMoEContractTest extends RouterContract {
  @Override
  protected int[] choices(int experts) {
    return new int[] {1};
  }

  @Override
  protected boolean choosesLargestScores() {
    return false;
  }

  @Override
  protected boolean servesEveryToken() {
    return false;
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    return GatedRouter.of(LinearGate.of(weight), new ReMoE());
  }
}
