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
class HashRouterContractTest extends RouterContract {
  static final int VOCABULARY = 11;

  @Parameter
  HashKey key;

  @Override
  protected Router router(INDArray weight, int choices) {
    ExpertTable table = ExpertTable.random(VOCABULARY, (int) weight.size(0), choices, 3);
    return HashRouter.of(table, key, (int) weight.size(1));
  }

  @Override
  protected TokenBatch prepare(TokenBatch input, long seed) {
    return withIds(input);
  }

  /** Ids from the token's place; padding has one outside the table, which must not be looked up. */
  static TokenBatch withIds(TokenBatch input) {
    int[] ids = new int[input.tokens()];
    for (int t = 0; t < ids.length; t++) {
      ids[t] = input.mask().valid(t) ? 7 * t % VOCABULARY : -1;
    }
    return input.withTokenIds(ids);
  }

  @Override
  protected boolean choosesLargestScores() {
    return false;
  }

  @Override
  protected boolean readsTokens() {
    return false;
  }

  @Override
  protected boolean readsTokenOrder() {
    return true;
  }
}
