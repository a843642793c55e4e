package io.github.moe4j.routing;

import static io.github.moe4j.routing.HandWorked.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TemperatureTest {
  @Test
  void constant_anyStep_same() {
    assertEquals(0.3, Temperature.constant(0.3).at(0));
    assertEquals(0.3, Temperature.constant(0.3).at(Long.MAX_VALUE));
  }

  @Test
  void linear_steps_startMiddleEndAndAfter() {
    // 4 at step 0, 1 at step 6: 0.5 less each step
    Temperature falling = Temperature.linear(4, 1, 6);
    assertEquals(4, falling.at(0));
    assertEquals(3.5, falling.at(1));
    assertEquals(2.5, falling.at(3));
    assertEquals(1, falling.at(6));
    assertEquals(1, falling.at(Long.MAX_VALUE));
    assertEquals(2, Temperature.linear(1, 3, 2).at(1));
    assertEquals(1, Temperature.linear(4, 1, 1).at(1));
    // the end itself, though 1 + (0.1 − 1) is less in float64
    assertEquals(0.1, Temperature.linear(1, 0.1, 5).at(5));
  }

  @Test
  void gumbelDefault_steps_fallsToATenth() {
    Temperature t = Temperature.gumbelDefault();
    assertEquals(1, t.at(0));
    assertEquals(0.75, t.at(2500));
    assertEquals(0.5, t.at(5000));
    assertEquals(0.1, t.at(9000), 1e-15);
    assertEquals(0.1, t.at(9001));
    assertEquals(0.1, t.at(Long.MAX_VALUE));
  }

  @Test
  void any_wrongOptions_messageNamesRuleAndValue() {
    assertRefused(
        "temperature must be finite and above 0 but was 0.0", () -> Temperature.constant(0));
    assertRefused(
        "start must be finite and above 0 but was NaN", () -> Temperature.linear(Double.NaN, 1, 1));
    assertRefused(
        "end must be finite and above 0 but was -1.0", () -> Temperature.linear(1, -1, 1));
    assertRefused("steps must be at least 1 but was 0", () -> Temperature.linear(1, 1, 0));
  }
}
