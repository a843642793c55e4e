package io.github.moe4j.lab;

import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.GeneratedPart;
import io.github.moe4j.cli.Interruption;
import io.github.moe4j.cli.ShellWord;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.report.LabReport;
import io.github.moe4j.lab.report.LabResult;
import io.github.moe4j.lab.scaling.ExpertScaling;
import io.github.moe4j.lab.scaling.ScalingModels;
import io.github.moe4j.lab.scaling.ScalingPicture;
import io.github.moe4j.lab.scaling.ScalingTables;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab expert-scaling}: a run of the lab over numbers and widths of experts. */
@Command(
    name = "expert-scaling",
    sortOptions = false,
    description = {
      "Trains a dense model, models with more and more experts, and models with more and narrower"
          + " experts, all with equal active operations, and prints bits per byte as Markdown tables.",
      "It is a run of the lab with its report, and writes expert-scaling.svg beside it."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage or text", "130:interrupted"})
public final class ExpertScalingCommand implements Callable<Integer> {
  private static final String PICTURE = "expert-scaling.svg";
  private static final String BY_EXPERTS = "experts";
  private static final String BY_GRANULARITY = "granularity";

  /** Options that can be combined with {@code --resume}. */
  private static final Set<String> OF_RESUMED =
      Set.of("--resume", "--out", "--docs", "--save-every");

  @Spec
  private @Nullable CommandSpec spec;

  @Option(
      names = "--router",
      description = "Router of all models but the dense one (${DEFAULT-VALUE}).")
  private String router = "top-k";

  @Option(
      names = "--experts",
      split = ",",
      paramLabel = "E",
      description = "Numbers of experts beside the dense model (2,4,8,16,32,64).")
  private List<Integer> experts = List.of(2, 4, 8, 16, 32, 64);

  @Option(
      names = "--k",
      description = "Choices per token (${DEFAULT-VALUE}). With 1 take a router whose weight is the"
          + " probability, such as switch: top-k's single weight is 1, and trains no router.")
  private int k = 2;

  @Option(
      names = "--granularity",
      split = ",",
      paramLabel = "G",
      description = "Models with G times as many experts and choices, of 1/G the width (1,2,4,8).")
  private List<Integer> granularity = List.of(1, 2, 4, 8);

  @Option(
      names = "--granularity-experts",
      paramLabel = "E",
      description = "Number of experts at G = 1, one of --experts (${DEFAULT-VALUE}).")
  private int from = 16;

  @Option(
      names = "--balance",
      paramLabel = "NAME",
      description = "Balancing mechanisms instead of the router's; see lab --list.")
  private @Nullable String balance;

  @Option(
      names = "--capacity",
      paramLabel = "RULE",
      description = "Capacity rule instead of the router's; see lab --list.")
  private @Nullable String capacity;

  @Mixin
  private TrainingOptions training = new TrainingOptions(List.of(1L, 2L, 3L));

  @Mixin
  private OutputOptions output = new OutputOptions();

  @Option(
      names = "--docs",
      hidden = true,
      paramLabel = "FILE",
      description = "Write the tables to this page, between its markers, and the figure to images.")
  private @Nullable Path docs;

  /** Called by picocli. */
  public ExpertScalingCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    LabRun run;
    Path folder;
    try {
      requirePage();
      folder = output.folder();
      run = output.resumes()
          ? resume(line, folder)
          : LabRun.start(output.files(folder, false), asked());
    } catch (IllegalArgumentException | IOException e) {
      Failure.print(line.getErr(), "expert-scaling", e);
      return ExitCode.USAGE;
    }
    LabResult result = run.run(line.getErr());
    PrintWriter out = line.getOut();
    if (!result.complete()) {
      out.println("resume: lab expert-scaling --resume " + ShellWord.of(folder));
      out.flush();
      return Interruption.EXIT_CODE;
    }
    print(ExpertScaling.of(result), folder, out);
    return ExitCode.OK;
  }

  /** The experiment that the options specify. */
  private Experiment asked() {
    List<String> models = new ScalingModels(router, experts, k, granularity, from).names();
    return new RunOptions(
            models,
            balance == null ? List.of() : List.of(balance),
            capacity == null ? List.of() : List.of(capacity),
            Collections.max(experts),
            k,
            training)
        .experiment();
  }

  private LabRun resume(CommandLine line, Path folder) throws IOException {
    List<String> others = line.getParseResult().matchedOptions().stream()
        .map(OptionSpec::longestName)
        .filter(name -> !OF_RESUMED.contains(name))
        .toList();
    Require.that(others.isEmpty(), "--resume takes the options of the run, not %s", others);
    RunOptions options = new RunOptions();
    FileOptions.ofRun(folder).into(options);
    return LabRun.resume(output.files(folder, false), options.experiment());
  }

  /** Checks the page's markers before the long run. */
  private void requirePage() throws IOException {
    if (docs != null) {
      GeneratedPart.require(docs, BY_EXPERTS);
      GeneratedPart.require(docs, BY_GRANULARITY);
    }
  }

  private void print(ExpertScaling scaling, Path folder, PrintWriter out) throws IOException {
    String byExperts = ScalingTables.byExperts(scaling);
    String byGranularity = ScalingTables.byGranularity(scaling);
    String picture = ScalingPicture.svg(scaling);
    ReplacedFile.writeText(folder.resolve(PICTURE), picture);
    if (docs != null) {
      GeneratedPart.replace(docs, BY_EXPERTS, byExperts);
      GeneratedPart.replace(docs, BY_GRANULARITY, byGranularity);
      GeneratedPart.picture(docs, PICTURE, picture);
    }
    out.println(byExperts);
    out.println();
    if (!byGranularity.isEmpty()) {
      out.println(byGranularity);
      out.println();
    }
    out.println("report: " + folder.resolve(LabReport.PAGE));
    out.println("figure: " + folder.resolve(PICTURE));
    out.flush();
  }
}
