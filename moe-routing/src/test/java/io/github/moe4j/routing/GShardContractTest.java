package io.github.moe4j.routing;

import static io.github.moe4j.routing.GShard.Second.ALL;
import static io.github.moe4j.routing.GShard.Second.NONE;
import static io.github.moe4j.routing.GShard.Second.RANDOM;
import static io.github.moe4j.routing.GShard.Second.SAMPLING;
import static io.github.moe4j.routing.GShard.Second.THRESHOLD;

import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.routing.GShard.Weights;
import io.github.moe4j.testkit.RouterContract;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

@ParameterizedClass
@MethodSource("kinds")
class GShardContractTest extends RouterContract {
  @Parameter
  Kind kind;

  /** A rule whose k the contract chooses, and the mode to test it in. */
  record Kind(GShard rule, boolean training) {
    boolean isPair() {
      return rule.second() == SAMPLING || rule.weights() == Weights.FIRST_NORMALIZED;
    }
  }

  static Stream<Kind> kinds() {
    GShard random = GShard.top2(RANDOM);
    return Stream.of(
        new Kind(random, false),
        new Kind(random.withWeights(Weights.RAW), false),
        new Kind(random.withEvaluation(THRESHOLD), false),
        new Kind(GShard.nllb(NONE), false),
        new Kind(GShard.top2(ALL), true),
        new Kind(GShard.top2(NONE), true),
        new Kind(GShard.nllb(THRESHOLD), true),
        new Kind(random, true),
        new Kind(new GShard(2, RANDOM, 1, true, ALL, Weights.NORMALIZED), true),
        new Kind(GShard.nllb(RANDOM), true),
        new Kind(GShard.nllb(RANDOM).withWeights(Weights.FIRST_NORMALIZED), true),
        new Kind(GShard.nllb(SAMPLING), true),
        new Kind(GShard.top2(SAMPLING), true));
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    GShard r = kind.rule;
    GShard rule = new GShard(
        choices, r.second(), r.threshold(), r.ofNormalized(), r.evaluation(), r.weights());
    return GatedRouter.of(LinearGate.of(weight), rule);
  }

  @Override
  protected int[] choices(int experts) {
    if (kind.isPair()) {
      return new int[] {2};
    }
    boolean refusesOne = kind.training && kind.rule.weights() == Weights.NORMALIZED;
    return refusesOne ? new int[] {2, experts} : super.choices(experts);
  }

  @Override
  protected int leastExperts() {
    return kind.isPair() ? 2 : 1;
  }

  @Override
  protected TokenBatch prepare(TokenBatch input, long seed) {
    if (!kind.training) {
      return input;
    }
    return input.withMode(PassMode.training(
        kind.rule.second() == SAMPLING
            ? new SplittableRandom(seed)
            : PlacedNoise.of(seed, input.tokens(), 1, 1, 1, 1)));
  }

  @Override
  protected boolean choosesLargestScores() {
    return (kind.training ? kind.rule.second() : kind.rule.evaluation()) == ALL;
  }

  @Override
  protected boolean drawsNoise() {
    return kind.rule.second() == RANDOM || kind.rule.second() == SAMPLING;
  }

  @Override
  protected boolean readsTokenOrder() {
    return kind.training && drawsNoise();
  }
}
