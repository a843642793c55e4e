package io.github.moe4j.routing;

import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.testkit.RouterContract;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

@ParameterizedClass
@ValueSource(booleans = {true, false})
class BatchwiseMaskContractTest extends RouterContract {
  @Parameter
  boolean training;

  @Override
  protected Router router(INDArray weight, int choices) {
    int experts = (int) weight.size(0);
    return GatedRouter.of(
        LinearGate.of(weight), BatchwiseMask.create(choices, experts, weight.dataType()));
  }

  @Override
  protected TokenBatch prepare(TokenBatch input, long seed) {
    return training ? input.withMode(PassMode.training()) : input;
  }

  @Override
  protected boolean choosesLargestScores() {
    return false;
  }

  @Override
  protected boolean readsLaterTokens() {
    return training;
  }
}
