package io.github.moe4j.routing;

import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.testkit.RouterContract;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Every kind of noise, in training and in evaluation. */
@ParameterizedClass
@MethodSource("kinds")
class NoiseContractTest extends RouterContract {
  @Parameter(0)
  Kind kind;

  @Parameter(1)
  boolean training;

  enum Kind {
    GUMBEL,
    SAMPLED,
    LOGIT_JITTER,
    INPUT_JITTER
  }

  static Stream<Arguments> kinds() {
    return Stream.of(Kind.values())
        .flatMap(kind -> Stream.of(true, false).map(training -> Arguments.of(kind, training)));
  }

  @Override
  protected TokenBatch prepare(TokenBatch input, long seed) {
    return training ? input.withMode(PassMode.training(new SplittableRandom(seed))) : input;
  }

  @Override
  protected boolean choosesLargestScores() {
    return !training;
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    TopK topK = TopK.unnormalized(choices);
    Gate gate = LinearGate.of(weight);
    return switch (kind) {
      case GUMBEL -> GatedRouter.of(gate, new GumbelNoise(topK, Temperature.constant(0.7)));
      case SAMPLED -> GatedRouter.of(gate, new SampledTopK(topK));
      case LOGIT_JITTER -> GatedRouter.of(gate, new LogitJitter(topK, 0.5));
      case INPUT_JITTER -> GatedRouter.of(InputJitter.of(gate, 0.1), topK);
    };
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
