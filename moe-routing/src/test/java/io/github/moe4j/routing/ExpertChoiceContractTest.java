package io.github.moe4j.routing;

import io.github.moe4j.core.Router;
import io.github.moe4j.core.capacity.CapacityFormula;
import io.github.moe4j.routing.ExpertChoice.Scores;
import io.github.moe4j.routing.ExpertChoice.TokenNorm;
import io.github.moe4j.testkit.RouterContract;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

@ParameterizedClass
@MethodSource("kinds")
class ExpertChoiceContractTest extends RouterContract {
  @Parameter(0)
  Scores scores;

  @Parameter(1)
  TokenNorm norm;

  @Parameter(2)
  boolean perSequence;

  static Stream<Arguments> kinds() {
    return Arrays.stream(Scores.values())
        .flatMap(scores -> Arrays.stream(TokenNorm.values())
            .map(norm -> Arguments.of(scores, norm, norm == TokenNorm.SUM)));
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    ExpertChoice rule = new ExpertChoice(
        scores, CapacityFormula.factor(choices), perSequence, norm, perSequence ? 2.5 : 1);
    return GatedRouter.of(LinearGate.of(weight), rule);
  }

  @Override
  protected boolean choosesLargestScores() {
    return false;
  }

  @Override
  protected boolean readsLaterTokens() {
    return true;
  }
}
