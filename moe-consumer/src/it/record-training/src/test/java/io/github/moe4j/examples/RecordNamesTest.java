package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordNamesTest {
  @Test
  void record_twoModelsAndSeeds_reportOfBoth(@TempDir Path folder) throws Exception {
    new RecordNames().record(folder, 25);

    assertTrue(Files.readString(folder.resolve("report.html")).contains("cross-entropy in nats"));
    String csv = Files.readString(folder.resolve("result.csv"));
    assertEquals(1 + 2 * 2, csv.lines().count(), csv);
    assertTrue(csv.contains("balanced") && csv.contains("not balanced"), csv);
  }
}
