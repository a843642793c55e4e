package io.github.moe4j.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabComparisonTest {
  private static ModelResult model(String name, long seed, double bits) {
    StageShares all = new StageShares(0, 0, 1, 0, 0);
    return new ModelResult(name, seed, "", List.of(), 1, 1, bits, 100, all, List.of(), null);
  }

  private static LabResult result(String steps, ModelResult... models) {
    return new LabResult(
        "t",
        null,
        "v",
        true,
        "",
        Map.of("steps", steps),
        Map.of(),
        "bits per byte",
        "file",
        List.of(),
        List.of(),
        List.of(models));
  }

  private static String print(LabResult a, LabResult b) {
    StringWriter text = new StringWriter();
    ComparisonText.print(LabComparison.of(a, b), new PrintWriter(text));
    return text.toString().replace(System.lineSeparator(), "\n").replaceAll(" +", " ");
  }

  @Test
  void print_byHand_pairsSeeds() {
    String text = print(
        result("1", model("m", 1, 2.5), model("m", 2, 3.5), model("m", 3, 9)),
        result("2", model("m", 1, 2.0), model("m", 2, 2.5), model("other", 1, 1)));
    assertTrue(text.contains("--steps: A 1, B 2"), text);
    // Means 5 and 2.25; differences of seeds 1 and 2: -0.5 and -1.
    assertTrue(
        text.contains("validation bits per byte 5.0000 ± 3.5000 2.2500 ± 0.3536 -0.7500 ± 0.3536 2"
            // 12.7062 · 0.3536 / √2 = 3.1766
            + " -3.9266 to +2.4266\n"),
        text);
    assertTrue(text.contains("tokens per second 100 ± 0 100 ± 0 +0 ± 0 2 +0 to +0\n"), text);
  }

  @Test
  void print_oneModelEach_comparesThemWhateverTheirNames() {
    String text = print(result("1", model("a", 1, 2)), result("1", model("b", 1, 3)));
    assertTrue(text.contains("A and B have the same options."), text);
    assertTrue(text.contains("a and b A B B - A seeds 95 % interval"), text);
    assertTrue(text.contains("2.0000 3.0000 +1.0000 1 -\n"), text);
    assertTrue(
        text.endsWith("No interval: it takes two seeds that A and B have in common.\n"), text);
  }

  @Test
  void print_nothingInCommon_isRefused() {
    LabResult two = result("1", model("a", 1, 2), model("b", 1, 2));
    var e = assertThrows(
        IllegalArgumentException.class, () -> print(two, result("1", model("c", 1, 3))));
    assertEquals("the runs have no finished model in common: [a, b] and [c]", e.getMessage());
  }

  @Test
  void print_unfinishedModel_isNamedAndNotCompared() {
    LabResult interrupted = LabFixture.interrupted();
    String text = print(interrupted, LabFixture.complete());
    assertTrue(
        text.contains("Not compared, unfinished: A: top-2, no balance loss, seed 42: 1,200 of 3,000"
            + " steps\n"),
        text);
    assertTrue(text.contains("\ndense A B"), text);
    assertFalse(text.contains("\ntop-2"), text);
  }
}
