package io.github.moe4j.routing;

import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.testkit.RouterContract;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

@ParameterizedClass
@EnumSource(HashKey.class)
class HashRuleContractTest extends RouterContract {
  @Parameter
  HashKey key;

  @Override
  protected Router router(INDArray weight, int choices) {
    ExpertTable table =
        ExpertTable.random(HashRouterContractTest.VOCABULARY, (int) weight.size(0), choices, 3);
    HashRule rule = new HashRule(table, key, TopK.unnormalized(choices));
    return GatedRouter.of(LinearGate.of(weight), rule);
  }

  @Override
  protected TokenBatch prepare(TokenBatch input, long seed) {
    return HashRouterContractTest.withIds(input);
  }

  @Override
  protected boolean choosesLargestScores() {
    return false;
  }

  @Override
  protected boolean readsTokenOrder() {
    return true;
  }
}
