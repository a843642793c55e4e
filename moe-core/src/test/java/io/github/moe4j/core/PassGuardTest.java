package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PassGuardTest {
  private final INDArray x = Nd4j.ones(DataType.DOUBLE, 2, 3);
  private final NamedArrays parameters =
      NamedArrays.builder().add("weight", Nd4j.ones(DataType.DOUBLE, 3)).build();
  private final Arena arena = new Arena();
  private final PassGuard guard =
      new PassGuard("my layer", () -> parameters, TokenBatch.training(x), arena.open());

  private static void late(String why, Executable action) {
    assertEquals(
        "backward of my layer came after " + why,
        assertThrows(IllegalStateException.class, action).getMessage());
  }

  @Test
  void backward_againOrAfterClose_isRefusedWithoutWork() {
    AtomicInteger runs = new AtomicInteger();
    guard.backward(runs::incrementAndGet);
    late("the backward of the pass, which runs once", () -> guard.backward(runs::incrementAndGet));
    assertEquals(1, runs.get());
    guard.close();
    late("the pass was closed", () -> guard.backward(runs::incrementAndGet));
    assertEquals(1, runs.get());
  }

  @Test
  void backward_tooLateWithArraysThatDoNotFit_saysThatItIsTooLate() {
    guard.close();
    late(
        "the pass was closed",
        () -> guard.backward(
            Nd4j.ones(DataType.DOUBLE, 7, 3),
            Nd4j.ones(DataType.DOUBLE, 2, 3),
            parameters.zeroGradients(),
            dy -> fail("too late")));
  }
}
