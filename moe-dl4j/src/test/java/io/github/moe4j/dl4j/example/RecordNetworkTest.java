package io.github.moe4j.dl4j.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.lab.report.ExpertUse;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordNetworkTest {
  private static final Path HERE = Path.of("").toAbsolutePath();

  @TempDir
  Path folder;

  @Test
  void record_threeEpochs_writesCurvesLoadAndSpecialization() throws Exception {
    RecordNetwork.record(folder, 3);
    LabResult result = LabReport.read(folder);
    assertEquals(Words.LANGUAGES, result.domains());
    ModelResult model = result.models().get(0);
    int iterations = (Words.training().numExamples() + 63) / 64;
    assertEquals(3, model.curve().size());
    assertEquals(iterations, model.curve().get(0).step());
    assertTrue(model.validationLoss() < model.curve().get(0).validationLoss());
    assertTrue(model.tokensPerSecond() > 0 && model.stages().experts() > 0, model.toString());
    ExpertUse use = model.expertUse();
    assertNotNull(use);
    assertEquals(3, use.load().size());
    for (int l = 0; l < Words.LANGUAGES.size(); l++) {
      int language = l;
      double sum =
          Arrays.stream(use.expertByDomain()).mapToDouble(e -> e[language]).sum();
      assertEquals(1, sum, 1e-9);
    }
    assertTrue(Files.exists(folder.resolve("report.html")));
  }

  @Test
  void page_showsTheProgramAsItIs() throws Exception {
    String page = Files.readString(HERE.resolveSibling("docs").resolve("record-training.md"));
    String source = Files.readString(
        HERE.resolve("src/test/java/io/github/moe4j/dl4j/example/RecordNetwork.java"));
    assertTrue(
        page.contains("```\n" + source), "docs/record-training.md must show RecordNetwork.java");
  }
}
