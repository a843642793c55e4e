package io.github.moe4j.routing;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertNear;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.MoeGradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.HierarchicalExperts;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Two levels of top-k routers, in the type of the experts and in float64 beside float32. */
@ExtendWith(Seeds.class)
class HierarchicalLayerTest {
  private static final int D = 4;
  private static final TokenMask MASK =
      TokenMask.of(true, true, false, true, true, true, true, true, true);

  private static MoeLayer layer(DataType gates, DataType experts) {
    MoeLayer layer = MoeLayer.of(
        router(3, gates),
        HierarchicalExperts.of(
            List.of(group(gates, experts, 1), group(gates, experts, 2), group(gates, experts, 3))));
    RandomArrays.fill(layer.parameters(), Seeds.random(1), 0.7);
    return layer;
  }

  private static MoeLayer group(DataType gates, DataType experts, long seed) {
    ExpertOptions options = ExpertOptions.of(4, D, 3).withBiases(true).withDataType(experts);
    return MoeLayer.of(router(4, gates), GluExperts.create(options, seed));
  }

  private static GatedRouter router(int experts, DataType type) {
    return GatedRouter.of(LinearGate.create(experts, D, type, 1), TopK.of(2));
  }

  @Test
  void forward_float64GatesBesideFloat32Experts_nearAllFloat64() {
    MoeLayer mixed = layer(DataType.DOUBLE, DataType.FLOAT);
    MoeLayer wide = layer(DataType.DOUBLE, DataType.DOUBLE);
    assertEquals(DataType.FLOAT, mixed.dataType());
    mixed.parameters().forEach((name, array) -> wide.parameters().get(name).assign(array));
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(2), 9, D);
    INDArray x64 = x.castTo(DataType.DOUBLE);
    try (MoePass a = mixed.forward(TokenBatch.evaluation(x).differentiable().withMask(MASK));
        MoePass b = wide.forward(TokenBatch.evaluation(x64).differentiable().withMask(MASK))) {
      assertNear("y", values(b.y()), values(a.y()), 1e-5);
      assertAllZero("y of padding", values(a.y().getRow(2)));
      assertEquals(8 * 2, a.plan().rows());
      assertEquals(
          8 * 2 * 2, a.moe().stream().skip(1).mapToInt(p -> p.plan().rows()).sum());
      MoeGradients narrow = a.backward(x);
      MoeGradients exact = b.backward(x64);
      assertNear("dx", values(exact.dx()), values(narrow.dx()), 1e-4);
      String inner = "experts.1.router.weight";
      assertEquals(DataType.DOUBLE, narrow.parameters().get(inner).dataType());
      assertNear(
          inner,
          values(exact.parameters().get(inner)),
          values(narrow.parameters().get(inner)),
          1e-4);
    }
  }

  @Test
  void backward_twoLevelsOfTopK_matchesDifferences() {
    MoeLayer layer = layer(DataType.DOUBLE, DataType.DOUBLE);
    INDArray x = RandomArrays.normal(DataType.DOUBLE, Seeds.random(2), 9, D);
    TokenBatch input = TokenBatch.training(x).withMask(MASK);
    double[] weight = RandomArrays.normal(Seeds.random(3), 9 * D);
    MoeGradients gradients;
    try (MoePass pass = layer.forward(input)) {
      gradients = pass.backward(RandomArrays.of(DataType.DOUBLE, weight, 9, D));
    }
    GradientCheck.of(() -> {
          try (MoePass pass = layer.forward(input)) {
            return GradientCheck.weightedSum(pass.y(), weight);
          }
        })
        .add("x", x, gradients.dx())
        .addAll(layer.parameters(), gradients.parameters())
        .assertCorrect();
  }
}
