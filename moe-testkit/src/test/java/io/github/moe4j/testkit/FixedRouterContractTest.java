package io.github.moe4j.testkit;

import io.github.moe4j.core.Router;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The contract on the tests' own router: shows that it can be kept without a real one. */
class FixedRouterContractTest extends RouterContract {
  @Override
  protected Router router(INDArray weight, int choices) {
    int experts = (int) weight.size(0);
    return FixedRouter.of(
        weight,
        IntStream.range(0, choices).map(c -> (2 * c + 1) % experts).toArray(),
        IntStream.range(0, choices).map(c -> c % experts).toArray());
  }

  @Override
  protected boolean choosesLargestScores() {
    return false;
  }

  @Override
  protected boolean readsTokenOrder() {
    return true;
  }
}
