package io.github.moe4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PassModeTest {
  @Test
  void keepsDecision_allButInference() {
    assertTrue(PassMode.evaluation().keepsDecision());
    assertTrue(PassMode.training().keepsDecision());
    assertFalse(PassMode.inference().keepsDecision());
    assertFalse(PassMode.inference().atStep(3).keepsDecision());
    // A backward needs the decision.
    assertTrue(PassMode.inference().differentiable().keepsDecision());
  }

  @Test
  void atStep_zeroOrMore_isTheStep() {
    assertEquals(0, PassMode.training().step());
    assertEquals(3, PassMode.training().atStep(3).step());
    assertEquals(0, PassMode.training().atStep(3).atStep(0).step());
    var error =
        assertThrows(IllegalArgumentException.class, () -> PassMode.evaluation().atStep(-1));
    assertEquals("step must be at least 0 but was -1", error.getMessage());
  }

  @Test
  void toString_any_kindBackwardAndStep() {
    assertEquals("training", PassMode.training().toString());
    assertEquals(
        "training, step 3", PassMode.training().differentiable().atStep(3).toString());
    assertEquals("evaluation", PassMode.evaluation().toString());
    assertEquals("inference", PassMode.inference().toString());
    assertEquals(
        "evaluation with a backward", PassMode.inference().differentiable().toString());
  }
}
