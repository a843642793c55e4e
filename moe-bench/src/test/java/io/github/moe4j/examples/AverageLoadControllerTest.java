package io.github.moe4j.examples;

import static io.github.moe4j.testkit.Near.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.balance.CoefficientSchedule;
import io.github.moe4j.balance.control.LoadController;
import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.testkit.Decisions;
import org.junit.jupiter.api.Test;

class AverageLoadControllerTest {
  @Test
  void step_allOnOneOfTwoExperts_handWorked() {
    // load = 0.5·(1/2, 1/2) + 0.5·(1, 0) = (3/4, 1/4); b = 0.1·(1 − 2·load) = (−0.05, 0.05)
    ExpertBias bias = ExpertBias.zeros(2);
    LoadController controller = new AverageLoadController(bias, 0.5, 0.1);
    controller.observe(Decisions.topK(new double[] {1, 0, 1, 0}, 2, 1, TokenMask.none(2)));
    controller.step();
    assertNear("bias", new double[] {-0.05, 0.05}, bias.values(), 1e-15);
  }

  @Test
  void provider_rate_isTheStrength() {
    ExpertBias bias = ExpertBias.zeros(2);
    LoadController controller =
        new AverageLoadProvider().create(bias, 1, CoefficientSchedule.constant(0.2));
    controller.observe(Decisions.topK(new double[] {1, 0}, 2, 1, TokenMask.none(1)));
    controller.step();
    // load = 0.9/2 + 0.1 = 0.55; b = 0.2·(1 − 1.1)
    assertNear("bias", new double[] {-0.02, 0.02}, bias.values(), 1e-15);
  }

  @Test
  void new_wrongNumbers_refused() {
    ExpertBias bias = ExpertBias.zeros(2);
    Exception keep =
        assertThrows(IllegalArgumentException.class, () -> new AverageLoadController(bias, 1, 0.1));
    assertEquals("keep must be in [0, 1) but was 1.0", keep.getMessage());
    Exception strength =
        assertThrows(IllegalArgumentException.class, () -> new AverageLoadController(bias, 0.5, 0));
    assertEquals("strength must be above 0 but was 0.0", strength.getMessage());
  }
}
