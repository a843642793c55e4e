package io.github.moe4j.models.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TokenDropoutTest {
  private static final INDArray X = Nd4j.linspace(DataType.DOUBLE, -1, 0.17, 12).reshape(3, 4);

  private static MoeLayer layer(double rate) {
    return MoeLayer.builder(
            GatedRouter.of(LinearGate.create(3, 4, DataType.DOUBLE, 1), TopK.of(2)),
            GluExperts.create(ExpertOptions.of(3, 4, 5).withDataType(DataType.DOUBLE), 2))
        .capacity(rate == 0 ? new Dropless() : new TokenDropout(new Dropless(), rate))
        .build();
  }

  @Test
  void evaluation_outputsAndGradients_shrink() {
    try (MoePass all = layer(0).forward(TokenBatch.evaluation(X).differentiable());
        MoePass less = layer(0.25).forward(TokenBatch.evaluation(X).differentiable())) {
      assertEquals(0, all.y().mul(0.75).distance2(less.y()), 1e-14);
      INDArray dy = Nd4j.ones(DataType.DOUBLE, 3, 4);
      assertEquals(
          0, all.backward(dy).dx().mul(0.75).distance2(less.backward(dy).dx()), 1e-14);
    }
  }

  @Test
  void training_isRefused() {
    TokenBatch input = TokenBatch.training(X);
    assertEquals(
        "config moe_token_dropout is 0.25: training needs 0, since it drops outputs of experts",
        assertThrows(LayoutException.class, () -> layer(0.25).forward(input)).getMessage());
  }

  @Test
  void evaluation_counts_areThoseOfItsRule() {
    RouterDecision decision = GatedRouter.of(LinearGate.create(2, 3, DataType.FLOAT, 1), TopK.of(1))
        .route(TokenBatch.evaluation(Nd4j.ones(DataType.FLOAT, 4, 3)))
        .decision();
    CapacityPass inner = new CapacityPass() {
      @Override
      public Assignments kept() {
        return decision.assignments();
      }

      @Override
      public int fillers() {
        return 3;
      }

      @Override
      public int dropped() {
        return 2;
      }

      @Override
      public RoutingGradient backward(double[] dKeptWeights) {
        return RoutingGradient.ofWeights(dKeptWeights);
      }
    };
    CapacityPass pass =
        new TokenDropout((all, mode) -> inner, 0.25).apply(decision, PassMode.evaluation());
    assertEquals(3, pass.fillers());
    assertEquals(2, pass.dropped());
    assertEquals(decision.assignments().size(), pass.kept().size());
  }
}
