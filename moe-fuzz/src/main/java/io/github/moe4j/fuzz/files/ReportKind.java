package io.github.moe4j.fuzz.files;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.lab.CompareCommand;
import io.github.moe4j.lab.LabRecorder;
import io.github.moe4j.lab.RecordedRun;
import io.github.moe4j.lab.SummaryCommand;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The figures of a run of the lab, read by its commands and written again. */
record ReportKind(Map<String, byte[]> right, Path again) implements FileKind {
  static ReportKind create(Path folder) throws IOException {
    LabRecorder recorder = LabRecorder.builder("A run")
        .labels("language", List.of("en", "de"))
        .configuration("steps", 2)
        .configuration("seed", 1)
        .build();
    for (long seed = 1; seed <= 2; seed++) {
      record(recorder.run("top-k", seed), seed);
    }
    RecordedRun dense = recorder.run("dense", 1).parameters(10, 0);
    dense.trained(2, 2.5);
    dense.evaluated(2, 2);
    Path own = folder.resolve("report");
    recorder.write(own, true);
    Map<String, byte[]> right =
        Map.of(LabReport.DATA, Files.readAllBytes(own.resolve(LabReport.DATA)));
    return new ReportKind(right, folder.resolve("again"));
  }

  private static void record(RecordedRun run, long seed) {
    MoeLayer layer = MoeLayer.of(
        GatedRouter.of(LinearGate.create(3, 4, DataType.FLOAT, seed), TopK.of(2)),
        GluExperts.create(ExpertOptions.of(3, 4, 5), seed));
    run.parameters(layer.parameters());
    try (MoePass pass = layer.forward(TokenBatch.evaluation(Nd4j.ones(3, 4)))) {
      run.trained(1, 3.5, List.of(pass));
      run.trained(2, 3.25, List.of(pass));
      run.evaluated(2, 3);
      run.heldOut(List.of(pass), new int[] {0, 1, 0});
    }
  }

  @Override
  public String name() {
    return "report";
  }

  /** The page that is written. */
  @Override
  public long fixedBytes() {
    return 64L << 20;
  }

  @Override
  public void read(Path folder) throws Exception {
    Commands.run(new SummaryCommand(), folder);
    LabReport.write(LabReport.read(folder), again, true);
    Commands.run(new CompareCommand(), folder, again);
  }

  @Override
  public boolean refuses(Exception e) {
    return e instanceof Commands.Refusal;
  }
}
