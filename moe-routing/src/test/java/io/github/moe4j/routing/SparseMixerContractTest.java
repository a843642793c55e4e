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
class SparseMixerContractTest extends RouterContract {
  @Parameter
  boolean training;

  @Override
  protected Router router(INDArray weight, int choices) {
    return GatedRouter.of(LinearGate.of(weight), new SparseMixer(0.6));
  }

  @Override
  protected int[] choices(int experts) {
    return new int[] {2};
  }

  @Override
  protected int leastExperts() {
    return 2;
  }

  @Override
  protected TokenBatch prepare(TokenBatch input, long seed) {
    return training
        ? input.withMode(PassMode.training(PlacedNoise.of(seed, input.tokens(), 5, 1, 5, 1)))
        : input;
  }

  @Override
  protected boolean choosesLargestScores() {
    return !training;
  }

  /** In training the backward pass estimates a gradient through the sampling. */
  @Override
  protected boolean isDerivative() {
    return !training;
  }

  @Override
  protected boolean drawsNoise() {
    return true;
  }

  @Override
  protected boolean readsTokenOrder() {
    return training;
  }
}
