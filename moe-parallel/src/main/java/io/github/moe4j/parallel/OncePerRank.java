package io.github.moe4j.parallel;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.DispatchedPass;
import io.github.moe4j.core.DispatchingExperts;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.experts.DelegatingExperts;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Experts in parallel to which each token travels once a rank.
 *
 * @param inner the same, which send each row
 */
record OncePerRank(ExpertParallel inner) implements DispatchingExperts, DelegatingExperts {
  @Override
  public DispatchedPass run(
      DispatchPlan plan, WeightAt weightAt, INDArray x, PassMode mode, Arena.Scope scope) {
    Require.shape("x", x, plan.tokens(), modelWidth());
    Require.type("x", x, dataType());
    PassArrays.requireInputs("the experts", parameters(), x);
    return new TokenPass(inner, plan, weightAt, x, mode, scope);
  }

  /** Refused: rows do not say which of them are of one token. */
  @Override
  public ExpertsPass run(INDArray xR, int[] expertStart, PassMode mode, Arena.Scope scope) {
    throw new IllegalArgumentException(
        "experts to which a token travels once a rank must be those of a layer, not parts of other experts");
  }
}
