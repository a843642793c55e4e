package io.github.moe4j.lab;

import io.github.moe4j.cli.Failure;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.Shown;
import io.github.moe4j.core.watch.TraceReader;
import io.github.moe4j.core.watch.TracedPass;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab trace}: summarizes each layer of a trace of routing decisions. */
@Command(
    name = "trace",
    description =
        "Prints load and choices of each layer in a trace written by lab --trace or a TraceWriter.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:damaged trace", "2:wrong usage or no such file"})
public final class TraceCommand implements Callable<Integer> {
  /** Of all layers; each takes memory for its counts, and a place in the output. */
  private static final long MOST_EXPERTS = 1 << 20;

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "A trace.")
  private @Nullable Path file;

  /** Called by picocli. */
  public TraceCommand() {}

  @Override
  public Integer call() {
    var line = java.util.Objects.requireNonNull(spec).commandLine();
    Map<String, TraceLayer> layers = new LinkedHashMap<>();
    try (TraceReader reader = TraceReader.open(java.util.Objects.requireNonNull(file))) {
      for (TracedPass pass = reader.next(); pass != null; pass = reader.next()) {
        add(layers, pass);
      }
    } catch (NoSuchFileException e) {
      line.getErr().println("trace: there is no file " + e.getFile());
      return ExitCode.USAGE;
    } catch (IOException | IllegalArgumentException e) {
      Failure.print(line.getErr(), "trace", e);
      return ExitCode.SOFTWARE;
    }
    print(layers, line.getOut());
    return ExitCode.OK;
  }

  private static void add(Map<String, TraceLayer> layers, TracedPass pass) {
    TraceLayer known = layers.get(pass.layer());
    if (known == null) {
      long all = pass.assignments().experts();
      for (TraceLayer layer : layers.values()) {
        all += layer.experts();
      }
      Require.that(
          all <= MOST_EXPERTS,
          "the layers of a trace must have at most %d experts together but have %d",
          MOST_EXPERTS,
          all);
      known = new TraceLayer(pass.assignments().experts());
      layers.put(pass.layer(), known);
    }
    known.add(pass);
  }

  private static void print(Map<String, TraceLayer> layers, PrintWriter out) {
    int width =
        layers.keySet().stream().mapToInt(name -> Shown.of(name).length()).max().orElse(0);
    String name = "%-" + Math.max(5, width) + "s";
    out.printf(
        name + "  %6s  %9s  %7s  %6s  %8s  %7s  %6s  %7s  %8s%n",
        "layer",
        "passes",
        "tokens",
        "choices",
        "CV",
        "max/mean",
        "entropy",
        "unused",
        "dropped",
        "repeated");
    layers.forEach((layer, l) -> out.printf(
        Locale.ROOT,
        name + "  %6d  %9d  %7.3f  %6.3f  %8.3f  %7.3f  %6d  %6.2f%%  %7.2f%%%n",
        Shown.of(layer),
        l.passes(),
        l.tokens(),
        l.choicesPerToken(),
        l.coefficientOfVariation(),
        l.mostLoadedOverMean(),
        l.loadEntropy(),
        l.expertsWithoutTokens(),
        100 * l.droppedShare(),
        100 * l.repeatedShare()));
    out.println();
    out.println("shares of the load in percent, expert 0 first:");
    layers.forEach((layer, l) -> {
      out.printf(name, Shown.of(layer));
      for (double share : l.shares()) {
        out.printf(Locale.ROOT, " %5.1f", 100 * share);
      }
      out.println();
    });
    out.println();
    out.println("choices: assignments per token; CV: standard deviation of the load over its mean;"
        + " entropy: of the load over ln E,");
    out.println(
        "1 when balanced; unused: experts without tokens; repeated: tokens whose first choice is"
            + " that of the token before.");
    out.flush();
  }
}
