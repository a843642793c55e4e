package io.github.moe4j.bench.crash;

import io.github.moe4j.lab.report.ExpertUse;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.report.ModelResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A run of the lab that saves its state often and is resumed.
 *
 * @param options models and ranks
 */
record LabVictim(String name, List<String> options) implements Victim {
  private static final String TEXT = "text.txt";
  private static final String RUN = "run";
  private static final int LINES = 400;

  @Override
  public void prepare(Path folder) throws IOException {
    Files.writeString(
        folder.resolve(TEXT),
        IntStream.range(0, LINES)
            .mapToObj(i -> "line " + i + " of a text, " + i * i + "\n")
            .collect(Collectors.joining()));
  }

  @Override
  public List<String> command(Path folder) {
    Path run = folder.resolve(RUN);
    if (Files.exists(run.resolve(LabReport.DATA))) {
      return List.of("lab", "--resume", run.toString(), "--save-every", "0");
    }
    List<String> all = new ArrayList<>(List.of("lab", "--force", "--save-every", "0"));
    all.addAll(List.of("--text", folder.resolve(TEXT).toString(), "--out", run.toString()));
    all.addAll(options);
    return all;
  }

  @Override
  public void requireSound(Path folder) throws IOException {
    Path run = folder.resolve(RUN);
    if (Files.exists(run.resolve(LabReport.DATA))) {
      LabReport.read(run);
    }
  }

  @Override
  public String result(Path folder) throws IOException {
    Path run = folder.resolve(RUN);
    LabResult result = LabReport.read(run);
    if (!result.complete()) {
      throw new IOException("the run is not complete");
    }
    StringBuilder all = new StringBuilder();
    for (ModelResult model : result.models()) {
      all.append(model.name()).append(' ').append(model.seed()).append(' ');
      all.append(model.validationLoss()).append(' ').append(model.curve()).append(' ');
      ExpertUse use = model.expertUse();
      if (use != null) {
        use.load()
            .forEach(point -> all.append(point.step()).append(Arrays.toString(point.shares())));
      }
      all.append('\n');
    }
    try (var files = Files.list(run)) { // nothing may be left over
      all.append(files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    return all.toString();
  }
}
