package io.github.moe4j.core.lora;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.ExpertsContract;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class FrozenExpertsTest extends ExpertsContract {
  @Override
  protected Experts experts(int experts, int width, DataType type, long seed) {
    return FrozenExperts.except(
        GluExperts.create(ExpertOptions.of(experts, width, 6).withDataType(type), seed),
        name -> name.startsWith("down."));
  }

  @Test
  void backward_someFrozen_sameBitsForTheRest() {
    GluExperts inner = GluExperts.create(ExpertOptions.of(2, 3, 4), 1);
    FrozenExperts frozen = FrozenExperts.except(inner, name -> name.equals("up.weight"));
    assertSame(inner, frozen.inner());
    assertEquals(List.of("up.weight"), List.copyOf(frozen.parameters().names()));
    Gradients all = inner.parameters().zeroGradients();
    Gradients some = frozen.parameters().zeroGradients();
    assertSameBits("dx", dx(inner, all), dx(frozen, some));
    assertSameBits("up.weight", all.get("up.weight"), some.get("up.weight"));
  }

  private static INDArray dx(Experts experts, Gradients into) {
    INDArray x = RandomArrays.normal(DataType.FLOAT, Seeds.random(1), 5, 3);
    INDArray dx = Nd4j.create(DataType.FLOAT, 5, 3);
    try (Arena.Scope scope = new Arena().open()) {
      experts.run(x, new int[] {0, 2, 5}, PassMode.training(), scope).backward(x.dup(), dx, into);
    }
    return dx;
  }

  @Test
  void of_allFrozen_noParametersAndTheSameType() {
    FrozenExperts frozen = FrozenExperts.of(GluExperts.create(ExpertOptions.of(2, 3, 4), 1));
    assertEquals(Set.of(), frozen.parameters().names());
    assertEquals(DataType.FLOAT, frozen.dataType());
  }

  @Test
  void andFrozen_nameWithAGradient_isRejected() {
    Gradients some =
        GluExperts.create(ExpertOptions.of(2, 3, 4), 1).parameters().zeroGradients();
    assertEquals(
        "parameter up.weight must have no gradient but has",
        assertThrows(IllegalArgumentException.class, () -> some.andFrozen(Set.of("up.weight")))
            .getMessage());
  }
}
