package io.github.moe4j.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DifferenceTableTest {
  private static ModelResult model(String name, long seed, double bits) {
    StageShares all = new StageShares(0, 0, 1, 0, 0);
    return new ModelResult(name, seed, "", List.of(), 1, 1, bits, 100, all, List.of(), null);
  }

  private static String print(LabResult result) {
    StringWriter out = new StringWriter();
    DifferenceTable.print(result, out);
    return out.toString().replace(System.lineSeparator(), "\n");
  }

  private static LabResult result(Stream<ModelResult> models) {
    LabResult fixture = LabFixture.result(true, "", List.of());
    return new LabResult(
        "t",
        null,
        "v",
        true,
        "",
        fixture.configuration(),
        fixture.environment(),
        "bits per byte",
        "file",
        List.of(),
        List.of(),
        models.toList());
  }

  @Test
  void print_threeSeeds_areDifferencesToTheFirstModel() {
    assertEquals(
        """

        bits per byte less that of dense    mean ± deviation                     95 % interval  seeds
        better                              -0.1000 ± 0.0100    -0.1248 to -0.0752, excludes 0      3
        unclear                             +0.0000 ± 0.1000                -0.2484 to +0.2484      3
        """,
        print(result(Stream.of(
            model("dense", 1, 2.5),
            model("dense", 2, 2.6),
            model("dense", 3, 2.7),
            model("better", 1, 2.4),
            model("better", 2, 2.51),
            model("better", 3, 2.59),
            model("unclear", 1, 2.6),
            model("unclear", 2, 2.6),
            model("unclear", 3, 2.6)))));
  }

  @Test
  void print_oneSeed_saysThatThereIsNoInterval() {
    String text = print(result(Stream.of(model("dense", 1, 2.5), model("other", 1, 2.4))));
    assertTrue(text.contains("-0.1000"), text);
    assertTrue(
        text.endsWith("One seed: no interval. --seeds 1,2,3 trains each model with three.\n"),
        text);
  }

  @Test
  void print_unfinishedModel_isLeftOutAndNamed() {
    assertEquals(
        "\n* top-2, no balance loss, seed 42: 1,200 of 3,000 steps; not among the differences\n",
        print(LabFixture.interrupted()));
  }

  @Test
  void print_oneModel_isNothing() {
    assertEquals("", print(result(Stream.of(model("dense", 1, 2.5)))));
  }
}
