package io.github.moe4j.balance.control;

import static io.github.moe4j.testkit.Near.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.checkpoint.Checkpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SavedStateTest {
  private final SavedState state = new SavedState(
      Checkpoint.builder()
          .doubles("layer.a", 1, 2)
          .doubles("layer.nan", 1, Double.NaN)
          .doubles("layer.infinite", Double.NEGATIVE_INFINITY)
          .longs("layer.counts", 0, (1L << 53) + 1)
          .longs("layer.negative", 3, -1)
          .longs("layer.step", 7)
          .build(),
      "layer");

  @Test
  void any_saved_givenExactly() {
    assertSameBits("a", new double[] {1, 2}, state.finite("a", 2));
    assertArrayEquals(new long[] {0, (1L << 53) + 1}, state.counts("counts", 2));
    assertEquals(7, state.count("step"));
  }

  @Test
  void any_wrongValue_messageNamesIt() {
    assertMessage("layer.a must have length 3 but has 2", () -> state.finite("a", 3));
    assertMessage("layer.nan must be finite but was NaN", () -> state.finite("nan", 2));
    assertMessage(
        "layer.infinite must be finite but was -Infinity", () -> state.finite("infinite", 1));
    assertMessage("layer.counts must have length 1 but has 2", () -> state.count("counts"));
    assertMessage(
        "layer.negative must be at least 0 but has -1", () -> state.counts("negative", 2));
    assertMessage("layer.a must be long[] but was double[]", () -> state.counts("a", 2));
    assertMessage("layer.step must be double[] but was long[]", () -> state.finite("step", 1));
  }

  private static void assertMessage(String expected, Executable action) {
    assertEquals(expected, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
