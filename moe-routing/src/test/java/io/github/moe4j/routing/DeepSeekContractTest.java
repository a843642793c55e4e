package io.github.moe4j.routing;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.Router;
import io.github.moe4j.testkit.RouterContract;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Both gates; groups of one expert each, which the contract's five experts allow. */
@ParameterizedClass
@EnumSource
class DeepSeekContractTest extends RouterContract {
  @Parameter
  Kind kind;

  enum Kind {
    V2,
    V2_GROUPS,
    V2_LOGITS,
    V3,
    V3_GROUPS,
    V3_BIAS
  }

  @Override
  protected boolean choosesLargestScores() {
    return kind != Kind.V3_BIAS;
  }

  @Override
  protected Router router(INDArray weight, int choices) {
    int experts = (int) weight.size(0);
    ExpertGroups single = ExpertGroups.byBest(experts, choices);
    double[] bias = new double[experts];
    for (int e = 0; e < experts; e++) {
      bias[e] = kind == Kind.V3_BIAS ? 0.4 * e : 0;
    }
    DeepSeekV3 v3 = DeepSeekV3.of(choices, ExpertBias.of(bias));
    RoutingRule rule = switch (kind) {
      case V2 -> DeepSeekV2.of(choices, 1, 1, 16);
      case V2_GROUPS -> new DeepSeekV2(TopK.of(choices), single);
      case V2_LOGITS -> new DeepSeekV2(TopK.sigmoid(choices), single, DeepSeekV2.Selection.LOGITS);
      case V3 -> v3;
      case V3_GROUPS, V3_BIAS -> new DeepSeekV3(v3.topK(), v3.bias(), single);
    };
    return GatedRouter.of(LinearGate.of(weight), rule);
  }
}
