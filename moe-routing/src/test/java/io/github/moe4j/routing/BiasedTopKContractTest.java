package io.github.moe4j.routing;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Router;
import io.github.moe4j.testkit.RouterContract;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** With a bias of zero it is top-k; with another it does not choose the largest scores. */
@ParameterizedClass
@EnumSource
class BiasedTopKContractTest extends RouterContract {
  @Parameter
  Kind kind;

  enum Kind {
    ZERO,
    BIASED,
    BIASED_SIGMOID
  }

  @Override
  protected boolean choosesLargestScores() {
    return kind == Kind.ZERO;
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    double[] bias = new double[(int) weight.size(0)];
    for (int e = 0; e < bias.length; e++) {
      bias[e] = kind == Kind.ZERO ? 0 : 0.7 * e;
    }
    TopK weights = kind == Kind.BIASED_SIGMOID ? TopK.sigmoid(choices) : TopK.of(choices);
    return GatedRouter.of(LinearGate.of(weight), new BiasedTopK(weights, ExpertBias.of(bias)));
  }
}
