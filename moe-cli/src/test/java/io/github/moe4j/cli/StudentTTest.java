package io.github.moe4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudentTTest {

  /** Three decimals, as printed tables have them. */
  @ParameterizedTest
  @CsvSource({
    "0.95, 1, 12.706",
    "0.95, 2, 4.303",
    "0.95, 3, 3.182",
    "0.95, 4, 2.776",
    "0.95, 5, 2.571",
    "0.95, 9, 2.262",
    "0.95, 10, 2.228",
    "0.95, 29, 2.045",
    "0.95, 30, 2.042",
    "0.95, 120, 1.980",
    "0.99, 1, 63.657",
    "0.99, 2, 9.925",
    "0.99, 10, 3.169",
    "0.50, 3, 0.765",
    "0.90, 6, 1.943",
  })
  void quantile_isThatOfPrintedTables(double confidence, int degrees, double t) {
    assertEquals(t, StudentT.quantile(confidence, degrees), 0.0005);
    assertEquals(
        confidence, StudentT.within(StudentT.quantile(confidence, degrees), degrees), 1e-14);
  }

  @Test
  void within_oneAndTwoDegrees_haveClosedForms() {
    for (double t : new double[] {0, 0.1, 1, 3, 100}) {
      assertEquals(2 / Math.PI * Math.atan(t), StudentT.within(t, 1), 1e-15);
      assertEquals(t / Math.sqrt(2 + t * t), StudentT.within(t, 2), 1e-15);
    }
  }

  /** Of the normal distribution, 97.5 %. */
  @Test
  void quantile_manyDegrees_isTheNormalOne() {
    assertEquals(1.959964, StudentT.quantile(0.95, 1_000_000), 1e-5);
  }

  @Test
  void any_wrongArguments_areRefused() {
    assertEquals(
        "t must be at least 0 and degrees at least 1 but were 1.0 and 0",
        assertThrows(IllegalArgumentException.class, () -> StudentT.quantile(0.95, 0))
            .getMessage());
    assertEquals(
        "confidence must be above 0 and below 1 but was 1.0",
        assertThrows(IllegalArgumentException.class, () -> StudentT.quantile(1, 3))
            .getMessage());
  }
}
