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
@ValueSource(booleans = {false, true})
class SinkhornContractTest extends RouterContract {
  @Parameter
  boolean training;

  @Override
  protected Router router(INDArray weight, int choices) {
    return GatedRouter.of(LinearGate.of(weight), Sinkhorn.of(choices));
  }

  @Override
  protected TokenBatch prepare(TokenBatch input, long seed) {
    return training ? input.withMode(PassMode.training()) : input;
  }

  @Override
  protected boolean choosesLargestScores() {
    return !training;
  }

  @Override
  protected boolean readsLaterTokens() {
    return training;
  }
}
