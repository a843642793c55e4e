package io.github.moe4j.models.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.models.layout.LayoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ModulePatternTest {
  private static final String MODULE = "model.layers.0.mlp.experts.17.gate_proj";

  private static String error(String expression) {
    return assertTimeout(
            Duration.ofSeconds(20),
            () -> assertThrows(
                LayoutException.class, () -> ModulePattern.matches(expression, MODULE)))
        .getMessage();
  }

  @Test
  void matches_wholeName_only() {
    assertTrue(ModulePattern.matches(".*\\.experts\\.\\d+\\.(gate|up)_proj", MODULE));
    assertFalse(ModulePattern.matches("experts", MODULE));
  }

  @Test
  void matches_expressionOfExponentialTime_isRefused() {
    String slow = "(([a-z0-9._]*)*)*!";
    assertEquals(
        PeftConfig.FILE + ": " + slow + " takes too long for module " + MODULE, error(slow));
  }

  @Test
  void matches_longExpression_isRefused() {
    assertEquals(
        PeftConfig.FILE + ": a regular expression must have at most 2000 characters but "
            + "(".repeat(40) + "… has 2001",
        error("(".repeat(2001)));
  }

  @Test
  void matches_deepestExpression_fitsTheStack() {
    String deep = "(".repeat(666) + "x" + ")*".repeat(666);
    assertFalse(ModulePattern.matches(deep, MODULE));
    assertTrue(error("(".repeat(2000)).contains("is no regular expression"));
  }
}
