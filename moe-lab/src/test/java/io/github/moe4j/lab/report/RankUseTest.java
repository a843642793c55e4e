package io.github.moe4j.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.cli.page.PageJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankUseTest {
  static LabResult overRanks() {
    double nan = Double.NaN;
    StageShares untimed = new StageShares(nan, nan, nan, nan, nan);
    ModelResult sparse = new ModelResult(
        "top-k",
        42,
        "",
        List.of(),
        10,
        5,
        2,
        100,
        untimed,
        List.of(),
        null,
        List.of(new RankUse(3, 0.6, 2_500_000, 0.25), new RankUse(2, 0.4, 1_500_000, 0.35)));
    ModelResult dense = new ModelResult(
        "dense",
        42,
        "",
        List.of(),
        10,
        10,
        2,
        100,
        untimed,
        List.of(),
        null,
        List.of(new RankUse(0, nan, 1_000_000, 0), new RankUse(0, nan, 1_000_000, 0.125)));
    return LabFixture.result(true, "", List.of(dense, sparse));
  }

  private static String print(LabResult result) {
    StringWriter out = new StringWriter();
    RankTable.print(result, new PrintWriter(out));
    return out.toString().replace(System.lineSeparator(), "\n");
  }

  @Test
  void print_byHand() {
    assertEquals("""

                        experts  load %  MB sent a step  waiting %
        dense, rank 0         -       -            1.00        0.0
        dense, rank 1         -       -            1.00       12.5
        top-k, rank 0         3    60.0            2.50       25.0
        top-k, rank 1         2    40.0            1.50       35.0
        """, print(overRanks()));
    assertEquals("", print(LabFixture.complete()));
  }

  @Test
  void json_roundTrip_keepsRanks() throws IOException {
    LabResult back = PageJson.read(PageJson.write(overRanks()), LabResult.class);
    assertEquals(overRanks().models().get(1).ranks(), back.models().get(1).ranks());
  }

  @Test
  void json_withoutRanks_isOfOneProcess() throws IOException {
    String json = PageJson.write(LabFixture.complete());
    String older = json.replaceAll(",\\s*\"ranks\"\\s*:\\s*\\[\\s*]", "");
    assertTrue(older.length() < json.length(), json);
    LabResult back = PageJson.read(older, LabResult.class);
    assertEquals(List.of(), back.models().get(0).ranks());
  }

  @Test
  void csv_figuresOfAllRanks() {
    List<String> lines = LabCsv.write(overRanks()).lines().toList();
    int from = List.of(lines.get(0).split(",")).indexOf("ranks");
    List<String> sparse = List.of(lines.get(2).split(","));
    // 2.5 + 1.5 MB, (0.25 + 0.35)/2, 0.6·2
    assertEquals(List.of("2", "4000000.0", "0.3", "1.2"), sparse.subList(from, from + 4));
  }
}
