package io.github.moe4j.core.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.TokenMask;
import org.junit.jupiter.api.Test;

class TracedPassTest {
  /** A pass without assignments. */
  private static TracedPass pass(long step, int dropped, int tokens, int experts) {
    return new TracedPass(
        "a",
        step,
        false,
        tokens,
        TokenMask.none(tokens),
        Assignments.of(tokens, experts, new int[0], new int[0], new double[0]),
        TraceWeights.FLOAT64,
        dropped);
  }

  private static void assertRefused(
      String expected, long step, int dropped, int tokens, int experts) {
    Exception refused =
        assertThrows(IllegalArgumentException.class, () -> pass(step, dropped, tokens, experts));
    assertEquals(expected, refused.getMessage());
  }

  @Test
  void new_numbersOutOfRange_saysWhich() {
    assertRefused("step must be at least 0 but was -1", -1, 0, 1, 1);
    assertRefused("dropped must be at least 0 but was -1", 0, -1, 1, 1);
    assertRefused(
        "tokens of a traced pass must be at most 16777216 but were 16777217",
        0,
        0,
        (1 << 24) + 1,
        1);
    assertRefused(
        "experts of a traced pass must be at most 65536 but were 65537", 0, 0, 1, (1 << 16) + 1);
  }

  @Test
  void new_mostTokensAndExperts_isTaken() {
    TracedPass largest = pass(Long.MAX_VALUE, Integer.MAX_VALUE, 1 << 24, 1 << 16);
    assertEquals(1 << 24, largest.assignments().tokens());
    assertEquals(1 << 16, largest.assignments().experts());
  }
}
