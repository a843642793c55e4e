package io.github.moe4j.bench.lab;

import io.github.moe4j.bench.Interruption;
import io.github.moe4j.bench.Progress;
import io.github.moe4j.bench.lab.report.LabReport;
import io.github.moe4j.bench.lab.report.LabResult;
import io.github.moe4j.bench.lab.report.LabTable;
import io.github.moe4j.bench.lab.text.Corpus;
import io.github.moe4j.bench.lab.text.Split;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab}: trains the same small language model with each router and compares them. */
@Command(
    name = "lab",
    sortOptions = false,
    subcommands = {SummaryCommand.class, TraceCommand.class},
    description =
        "Trains the same byte-level language model with each router on real text, prints a table"
            + " and writes an HTML report.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage or text", "130:interrupted"})
public final class LabCommand implements Callable<Integer> {
  private static final Path DEFAULT_FOLDER = Path.of("lab-report");

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--steps", description = "Optimiser steps of each model (${DEFAULT-VALUE}).")
  private int steps = LabOptions.DEFAULT.steps();

  @Option(names = "--seed", description = "Seed of everything random (${DEFAULT-VALUE}).")
  private long seed = LabOptions.DEFAULT.seed();

  @Option(
      names = "--routers",
      split = ",",
      paramLabel = "NAME",
      completionCandidates = ContenderNames.class,
      description = "Models to compare, of: ${COMPLETION-CANDIDATES} (all).")
  private @Nullable List<String> routers;

  @Option(names = "--experts", description = "Experts of a layer (${DEFAULT-VALUE}).")
  private int experts = LabOptions.DEFAULT.layer().experts();

  @Option(names = "--k", description = "Choices per token of top-k (${DEFAULT-VALUE}).")
  private int k = LabOptions.DEFAULT.layer().k();

  @Option(names = "--width", description = "Model width (${DEFAULT-VALUE}).")
  private int width = LabOptions.DEFAULT.model().width();

  @Option(
      names = "--hidden",
      description = "Hidden units that a token activates in each layer (${DEFAULT-VALUE}).")
  private int hidden = LabOptions.DEFAULT.layer().activeHidden();

  @Option(names = "--blocks", description = "Transformer blocks (${DEFAULT-VALUE}).")
  private int blocks = LabOptions.DEFAULT.model().blocks();

  @Option(names = "--heads", description = "Attention heads (${DEFAULT-VALUE}).")
  private int heads = LabOptions.DEFAULT.model().heads();

  @Option(names = "--sequence", description = "Bytes of a sequence (${DEFAULT-VALUE}).")
  private int sequence = LabOptions.DEFAULT.model().sequence();

  @Option(names = "--batch", description = "Sequences of a step (${DEFAULT-VALUE}).")
  private int batch = LabOptions.DEFAULT.batch();

  @Option(names = "--learning-rate", description = "Peak learning rate (${DEFAULT-VALUE}).")
  private double learningRate = LabOptions.DEFAULT.learningRate();

  @Option(
      names = "--text",
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "UTF-8 text to train on, one domain a file. Default: names of languages, countries,"
              + " currencies and so on in every language that this Java runtime knows.")
  private @Nullable List<Path> text;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "Where the report goes. Default: lab-report, or lab-report-2 and so on.")
  private @Nullable Path out;

  @Option(
      names = "--trace",
      description =
          "Also write what the routers decide on held-out text, a file a model; see lab trace.")
  private boolean trace;

  @Option(names = "--force", description = "Overwrite a report that is in the folder.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    CommandLine line = java.util.Objects.requireNonNull(spec).commandLine();
    LabOptions options;
    List<Contender> contenders;
    Split split;
    Path folder;
    try {
      options = options();
      contenders = contenders();
      folder = folder();
      split = split(options);
      Files.createDirectories(folder);
    } catch (IllegalArgumentException | IOException e) {
      line.getErr().println("lab: " + message(e));
      return CommandLine.ExitCode.USAGE;
    }
    return run(options, contenders, split, folder, line);
  }

  /** The text, and both parts of it long enough for a window, before anything is trained. */
  private Split split(LabOptions options) {
    Corpus corpus = text == null ? Corpus.displayNames() : Corpus.ofFiles(text);
    Split split = corpus.split(options.seed(), options.validationShare());
    split.train().windows(sequence, 1);
    split.validation().windows(sequence, 1);
    return split;
  }

  private int run(
      LabOptions options, List<Contender> contenders, Split split, Path folder, CommandLine line)
      throws IOException {
    PrintWriter terminal = line.getOut();
    long steps = (long) options.steps() * contenders.size();
    try (Interruption interruption = Interruption.watch("lab")) {
      LabResult result;
      try (Progress progress = Progress.of("lab", steps, "steps", line.getErr())) {
        Path traces = trace ? folder : null;
        result =
            Lab.run(options, contenders, split, source(), kind(), interruption, progress, traces);
      }
      LabTable.print(result, terminal);
      Path page = LabReport.write(result, folder, force);
      terminal.println();
      terminal.println((result.complete() ? "report: " : "partial report: ") + page);
      terminal.flush();
      return result.complete() ? CommandLine.ExitCode.OK : Interruption.EXIT_CODE;
    }
  }

  private LabOptions options() {
    return new LabOptions(
        seed,
        steps,
        batch,
        learningRate,
        LabOptions.DEFAULT.validationShare(),
        new ModelOptions(width, heads, blocks, sequence),
        new LayerOptions(width, hidden, experts, k));
  }

  private List<Contender> contenders() {
    return routers == null
        ? Contenders.all()
        : routers.stream().distinct().map(Contenders::named).toList();
  }

  private Path folder() throws IOException {
    if (out != null) {
      if (!force) {
        LabReport.requireFree(out);
      }
      return out;
    }
    Path folder = DEFAULT_FOLDER;
    for (int i = 2; !force && Files.exists(folder); i++) {
      folder = Path.of(DEFAULT_FOLDER + "-" + i);
    }
    return folder;
  }

  private String source() {
    return text == null
        ? "display names of this Java runtime"
        : String.join(", ", text.stream().map(Path::toString).toList());
  }

  private String kind() {
    return text == null ? "language" : "file";
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  /** The names that {@code --routers} takes. */
  private static final class ContenderNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Contenders.all().stream().map(Contender::name).iterator();
    }
  }
}
