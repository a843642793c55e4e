package io.github.moe4j.examples;

import io.github.moe4j.core.Router;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.testkit.RouterContract;
import org.nd4j.linalg.api.ndarray.INDArray;

class ThresholdRuleContractTest extends RouterContract {
  @Override
  protected Router router(INDArray weight, int choices) {
    return GatedRouter.of(LinearGate.of(weight), new ThresholdRule(0.3));
  }

  @Override
  protected boolean choosesLargestScores() {
    return false; // not k of them for every token
  }
}
