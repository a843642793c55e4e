package io.github.moe4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.lab.report.ExpertUse;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.ModelResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordNamesTest {
  @TempDir
  Path folder;

  @Test
  void record_twoModelsTwoSeeds_writesWhatTheLabWrites() throws IOException {
    new RecordNames().record(folder, 100);
    List<ModelResult> models = LabReport.read(folder).models();
    assertEquals(
        List.of("balanced 1", "balanced 2", "not balanced 1", "not balanced 2"),
        models.stream().map(m -> m.name() + " " + m.seed()).toList());
    for (ModelResult model : models) {
      assertEquals(4, model.curve().size());
      // ln 10 = 2.30 is chance
      assertTrue(model.validationLoss() < 2.2, model.name() + " " + model.validationLoss());
      assertTrue(model.tokensPerSecond() > 0);
      assertTrue(model.activeParameters() < model.parameters());
      ExpertUse use = model.expertUse();
      assertNotNull(use);
      assertEquals(4, use.load().size());
      assertEquals(10, use.expertByDomain()[0].length);
    }
  }
}
