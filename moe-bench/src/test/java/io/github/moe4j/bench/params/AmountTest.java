package io.github.moe4j.bench.params;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class AmountTest {
  @Test
  void of_hasFourDigitsAndAUnit() {
    assertEquals("0", Amount.of(0));
    assertEquals("999", Amount.of(999));
    assertEquals("1.000K", Amount.of(1000));
    assertEquals("46.70B", Amount.of(46_702_792_704.0));
    assertEquals("1.000M", Amount.of(999_999));
    assertEquals("1571.4T", Amount.of(1571.4e12));
  }

  @Test
  void percent_hasASign() {
    assertEquals("+0.01 %", Amount.percent(0.00006));
    assertEquals("+0.00 %", Amount.percent(-0.000001));
    assertEquals("-3.17 %", Amount.percent(-0.0317));
  }
}
