package io.github.moe4j.routing;

import io.github.moe4j.core.Router;
import io.github.moe4j.testkit.RouterContract;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

@ParameterizedClass
@MethodSource("kinds")
class TopKContractTest extends RouterContract {
  @Parameter
  TopK kind;

  /** Every kind of weight; the contract chooses k. */
  static Stream<TopK> kinds() {
    return Stream.of(
        TopK.of(1),
        TopK.unnormalized(1),
        TopK.of(1).withScale(2.5),
        TopK.unnormalized(1).withScale(2.5),
        TopK.sigmoid(1),
        new TopK(1, ScoreFunction.SIGMOID, TopKNormalization.sum(1e-20), 2.5),
        new TopK(1, ScoreFunction.SQRT_SOFTPLUS, TopKNormalization.sum(1e-20), 1),
        new TopK(1, ScoreFunction.SOFTMAX, TopKNormalization.sum(1e-6), 1),
        new TopK(1, ScoreFunction.SOFTMAX, TopKNormalization.sumAtLeast(0.7), 1),
        new TopK(1, ScoreFunction.SOFTMAX, TopKNormalization.norm(2), 1));
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    TopK rule = new TopK(choices, kind.scores(), kind.norm(), kind.scale());
    return GatedRouter.of(LinearGate.of(weight), rule);
  }

  @Override
  protected OptionalDouble weightSum() {
    boolean isSum =
        kind.norm().power() == 1 && kind.norm().epsilon() < 1e-12 && kind.norm().floor() == 0;
    return isSum ? OptionalDouble.of(kind.scale()) : OptionalDouble.empty();
  }
}
