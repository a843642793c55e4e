package io.github.moe4j.bench.params;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SiFormatTest {
  @Test
  void of_hasFourDigitsAndAUnit() {
    assertEquals("0", SiFormat.of(0));
    assertEquals("999", SiFormat.of(999));
    assertEquals("1.000K", SiFormat.of(1000));
    assertEquals("46.70B", SiFormat.of(46_702_792_704.0));
    assertEquals("1.000M", SiFormat.of(999_999));
    assertEquals("1571.4T", SiFormat.of(1571.4e12));
  }

  @Test
  void percent_hasASign() {
    assertEquals("+0.01 %", SiFormat.percent(0.00006));
    assertEquals("+0.00 %", SiFormat.percent(-0.000001));
    assertEquals("-3.17 %", SiFormat.percent(-0.0317));
  }
}
