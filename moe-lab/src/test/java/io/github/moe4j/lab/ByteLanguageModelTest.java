package io.github.moe4j.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.LossValue;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.GradientCheck;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.buffer.DataType;

@ExtendWith(Seeds.class)
class ByteLanguageModelTest {
  private static final SwitchLoss BALANCE =
      new SwitchLoss(0.1, SwitchLoss.Counting.PER_CHOICE, LossScope.LAYER_SUM);

  private static ByteLanguageModel model(Arena arena) {
    return ByteLanguageModel.create(
        new ModelOptions(4, 2, 2, 3),
        block -> MoeLayer.of(
            GatedRouter.of(LinearGate.create(3, 4, DataType.DOUBLE, block), TopK.of(2)),
            GluExperts.create(ExpertOptions.of(3, 4, 3).withDataType(DataType.DOUBLE), block)),
        DataType.DOUBLE,
        7,
        arena);
  }

  private static Batch batch() {
    int[] tokens = {0, 255, 17, 3, 3, 200};
    int[] targets = {255, 17, 9, 3, 200, 1};
    return new Batch(2, 3, tokens, targets, new int[6]);
  }

  private static LossValue balance(ByteLanguageModel.Pass pass) {
    return BALANCE.evaluate(pass.moe().stream().map(MoePass::decision).toList());
  }

  @Test
  void backward_withBalanceLoss_agreesWithDifferences() {
    ByteLanguageModel model = model(new Arena());
    RandomArrays.fill(model.parameters(), Seeds.random(1), 0.7);
    Gradients gradients = model.parameters().zeroGradients();
    try (ByteLanguageModel.Pass pass = model.train(batch(), new SplittableRandom(1), 0)) {
      List<RoutingGradient> balance = balance(pass).gradients();
      for (int l = 0; l < balance.size(); l++) {
        pass.moe().get(l).addBalance(balance.get(l));
      }
      pass.backward(gradients);
    }
    GradientCheck.of(() -> {
          try (ByteLanguageModel.Pass pass = model.evaluate(batch())) {
            return pass.bitsPerByte() * Math.log(2) + balance(pass).value();
          }
        })
        .addAll(model.parameters(), gradients)
        .assertCorrect();
  }

  @Test
  void bitsPerByte_whenHeadIsZero_isEight() {
    ByteLanguageModel model = model(new Arena());
    model.parameters().get("head.weight").assign(0);
    try (ByteLanguageModel.Pass pass = model.evaluate(batch())) {
      assertEquals(8, pass.bitsPerByte(), 1e-12);
    }
  }

  @Test
  void evaluate_whenWindowIsTooLong_namesBothLengths() {
    ByteLanguageModel model = model(new Arena());
    Batch tooLong = new Batch(1, 4, new int[4], new int[4], new int[4]);
    var error = assertThrows(IllegalArgumentException.class, () -> model.evaluate(tooLong));
    assertEquals("windows must have at most 3 bytes but had 4", error.getMessage());
  }
}
