package io.github.moe4j.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class LabTableTest {

  @Test
  void print_severalSeeds_isTheMeanWithTheDeviation() {
    assertEquals("""
                                val bits       ±  tokens  load  max/  dropped  entropy     idle  route  dispatch  experts  combine
        model                   per byte   seeds   per s    CV  mean        %     nats  experts      %         %        %        %
        --------------------------------------------------------------------------------------------------------------------------
        dense                     2.8710       -  41,250     -     -        -        -        -      -         -     46.0        -
        top-2, no balance loss    2.7910  0.0170  22,800  1.55  3.36      0.0     0.41      3/8    6.0       8.0     44.0      5.0
        top-2 + Switch loss       2.6485  0.0092  24,605  0.11  1.21      0.6     1.12      0/8    7.0       9.0     40.0      5.0
        Switch top-1              2.6980       -  31,730  0.19  1.43      4.1     0.87      0/8    8.0       8.0     33.0      4.0
        """, print(LabFixture.complete()));
  }

  @Test
  void print_longNameAndLargeFigures_fits132Columns() {
    ExpertUse use = new ExpertUse(
        128,
        11.27,
        128,
        1,
        4.85,
        127,
        List.of(),
        new double[128][85],
        new double[128][5],
        new double[128][128]);
    ModelResult model = LabFixture.model(
        "a name that is much longer than what a table has room for",
        "",
        12.3456,
        12_345_678,
        new StageShares(1, 0, 0, 0, 0),
        use);

    String table = print(LabFixture.result(true, "", List.of(model)));

    assertTrue(table.lines().allMatch(line -> line.length() <= 132), table);
    assertTrue(table.contains("a name that is much longer than …"), table);
  }

  @Test
  void print_nothingMeasured_isDashes() {
    double nan = Double.NaN;
    ModelResult model = new ModelResult(
        "m",
        1,
        "",
        List.of(),
        1,
        1,
        nan,
        nan,
        new StageShares(nan, nan, nan, nan, nan),
        List.of(),
        null);

    String last = lastLine(print(LabFixture.result(true, "", List.of(model))));

    assertEquals("m - - - - - - - - - - -", last.replaceAll(" +", " "));
  }

  @Test
  void print_otherLocale_isTheSame() {
    Locale before = Locale.getDefault();
    String usual = print(LabFixture.complete());
    try {
      Locale.setDefault(Locale.GERMANY);
      assertEquals(usual, print(LabFixture.complete()));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void print_unfinishedModel_hasAStar() {
    assertTrue(lastLine(print(LabFixture.interrupted())).startsWith("* top-2, no balance loss "));
  }

  @Test
  void print_noModels_isTheHeading() {
    assertEquals(3, print(LabFixture.result(true, "", List.of())).lines().count());
  }

  private static String print(LabResult result) {
    StringWriter out = new StringWriter();
    LabTable.print(result, out);
    return out.toString().replace(System.lineSeparator(), "\n");
  }

  private static String lastLine(String text) {
    return text.lines().reduce("", (before, line) -> line);
  }
}
