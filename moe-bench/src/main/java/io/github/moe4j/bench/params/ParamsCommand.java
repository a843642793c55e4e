package io.github.moe4j.bench.params;

import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.FigureOptions;
import io.github.moe4j.models.preset.Preset;
import io.github.moe4j.models.preset.Presets;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code params}: parameters, operations and memory of published architectures. */
@Command(
    name = "params",
    sortOptions = false,
    description =
        "Counts the parameters of published architectures from their configurations and compares"
            + " them with the published numbers; for given presets, by part.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
public final class ParamsCommand implements Callable<Integer> {
  private static final String NAME = "params";

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "PRESET", arity = "0..*", description = "Preset, such as mixtral-8x7b.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--context",
      paramLabel = "TOKENS",
      description = "Include attention scores over this many tokens; excluded by default.")
  private int context;

  @Mixin
  private final FigureOptions figures = new FigureOptions();

  /** Called by picocli. */
  public ParamsCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    List<Preset> chosen = new ArrayList<>();
    try {
      for (String name : names) {
        chosen.add(named(name));
      }
      if (context < 0) {
        throw new IllegalArgumentException("context must be at least 0 but was " + context);
      }
      figures.require(NAME);
    } catch (IllegalArgumentException | NoSuchFileException e) {
      Failure.print(line.getErr(), NAME, e);
      return ExitCode.USAGE;
    }
    print(chosen, line.getOut());
    List<Preset> written = chosen.isEmpty() ? Presets.all() : chosen;
    // The page is about all of them, whichever are printed.
    figures.write(NAME, ParamsJson.of(written, context), ParamsDocs.of(Presets.all()));
    return ExitCode.OK;
  }

  private void print(List<Preset> chosen, PrintWriter out) {
    if (chosen.isEmpty()) {
      out.print(ParamsList.of(Presets.all()));
    }
    for (int i = 0; i < chosen.size(); i++) {
      out.print((i > 0 ? "\n" : "") + Breakdown.of(chosen.get(i), context));
    }
    out.flush();
  }

  private static Preset named(String name) {
    List<String> all = Presets.all().stream().map(Preset::name).toList();
    if (!all.contains(name)) {
      throw new IllegalArgumentException("no preset " + name + "; closest is "
          + Suggestions.to(name, all) + ", all are " + String.join(", ", all));
    }
    return Preset.named(name);
  }
}
