package io.github.moe4j.routing;

import io.github.moe4j.core.Router;
import io.github.moe4j.routing.TopP.Cut;
import io.github.moe4j.testkit.RouterContract;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** With p = 1 and a limit it is top-k and must choose likewise; below, the number varies. */
@ParameterizedClass
@MethodSource("kinds")
class TopPContractTest extends RouterContract {
  @Parameter
  TopP kind;

  static Stream<TopP> kinds() {
    return Stream.of(0.6, 1.0)
        .flatMap(p -> Stream.of(Cut.values())
            .flatMap(cut -> Stream.of(TopKNormalization.none(), TopKNormalization.sum())
                .map(norm -> new TopP(p, cut, 1, norm))));
  }

  @Override
  protected boolean choosesLargestScores() {
    return kind.p() == 1;
  }

  /** Its largest number of experts is a bound. */
  @Override
  protected boolean refusesMoreChoicesThanExperts() {
    return false;
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    return GatedRouter.of(
        LinearGate.of(weight), new TopP(kind.p(), kind.cut(), choices, kind.norm()));
  }
}
