package io.github.moe4j.routing;

import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.RouterContract;
import io.github.moe4j.testkit.Seeds;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

@ParameterizedClass
@MethodSource("kinds")
class NoisyTopKContractTest extends RouterContract {
  /** What varies: how noise is scaled (given the gate's weight), weights, thresholds, mode. */
  private record Kind(
      String name,
      Function<INDArray, NoiseScale> noise,
      TopK topK,
      LoadThreshold threshold,
      boolean training) {}

  @Parameter
  Kind kind;

  static Stream<Kind> kinds() {
    TopK sum = TopK.of(1);
    TopK plain = TopK.unnormalized(1);
    TopK epsilon = new TopK(1, ScoreFunction.SOFTMAX, TopKNormalization.sum(1e-6), 1);
    return Stream.of(
        new Kind("paper", w -> learned(w), sum, LoadThreshold.NOISY_LOGITS, true),
        new Kind("one scale", w -> scale(w, 1), plain, LoadThreshold.NOISY_LOGITS, true),
        new Kind(
            "scales", w -> scale(w, w.size(0)), TopK.sigmoid(1), LoadThreshold.NOISY_LOGITS, true),
        new Kind("vmoe", w -> vmoe(w), plain, LoadThreshold.KTH_NOISY_LOGIT, true),
        new Kind("defect", w -> learned(w), epsilon, LoadThreshold.PROBABILITIES, true),
        new Kind("evaluation", w -> learned(w), sum, LoadThreshold.NOISY_LOGITS, false));
  }

  private static NoiseScale learned(INDArray weight) {
    INDArray noise = RandomArrays.normal(weight.dataType(), Seeds.random(9), weight.shape());
    return LearnedNoise.of(LinearGate.of(noise), 1e-2);
  }

  private static NoiseScale scale(INDArray weight, long length) {
    return LearnedScale.of(RandomArrays.normal(weight.dataType(), Seeds.random(9), length));
  }

  private static NoiseScale vmoe(INDArray weight) {
    return FixedNoise.vmoe(2, (int) weight.size(0));
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    TopK topK = new TopK(choices, kind.topK.scores(), kind.topK.norm(), kind.topK.scale());
    return NoisyTopK.of(LinearGate.of(weight), kind.noise.apply(weight), topK)
        .withThreshold(kind.threshold);
  }

  @Override
  protected int[] choices(int experts) {
    boolean refusesOne = kind.training && kind.topK.norm().isConstantForOne();
    return IntStream.of(super.choices(experts))
        .filter(k -> k > 1 || !refusesOne)
        .toArray();
  }

  @Override
  protected TokenBatch prepare(TokenBatch input, long seed) {
    return kind.training ? input.withMode(PassMode.training(new SplittableRandom(seed))) : input;
  }

  @Override
  protected boolean choosesLargestScores() {
    return !kind.training;
  }

  @Override
  protected boolean drawsNoise() {
    return true;
  }

  @Override
  protected boolean readsTokenOrder() {
    return kind.training;
  }
}
