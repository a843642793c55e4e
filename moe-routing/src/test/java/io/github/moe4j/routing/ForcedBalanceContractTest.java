package io.github.moe4j.routing;

import io.github.moe4j.core.Router;
import io.github.moe4j.testkit.RouterContract;
import org.nd4j.linalg.api.ndarray.INDArray;

class ForcedBalanceContractTest extends RouterContract {
  @Override
  protected boolean choosesLargestScores() {
    return false;
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    return GatedRouter.of(LinearGate.of(weight), new ForcedBalance(TopK.unnormalized(choices)));
  }

  @Override
  protected boolean readsTokenOrder() {
    return true;
  }
}
