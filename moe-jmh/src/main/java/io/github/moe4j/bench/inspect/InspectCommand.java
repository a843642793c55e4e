package io.github.moe4j.bench.inspect;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.moe4j.cli.Failure;
import io.github.moe4j.core.internal.Shown;
import io.github.moe4j.models.layout.MoeBlock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code inspect}: what a folder with a published model holds. */
@Command(
    name = "inspect",
    sortOptions = false,
    description = {
      "Describes the sparse blocks of a published model: layout, experts, types, parameters, and the memory to load them.",
      "Reads the headers of the files alone, unless a layer is given. Some files may be missing."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done, also if some files are missing",
      "1:failed: no model, or not a supported one",
      "2:wrong usage"
    })
public final class InspectCommand implements Callable<Integer> {
  private static final String NAME = "inspect";
  private static final Pattern LAYER = Pattern.compile("((encoder|decoder)\\.)?(\\d{1,6})");

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "FOLDER",
      description = "Folder with config.json and safetensors, as downloaded.")
  private Path folder = Path.of("");

  @Option(
      names = "--layer",
      paramLabel = "LAYER",
      description =
          "Also read the weights of this layer: norms, similarity of the experts, biases of the router."
              + " Such as 3; encoder.3 in an encoder.")
  private @Nullable String layer;

  @Option(
      names = "--run",
      description = "Send random tokens through that layer: load of the experts, and time.")
  private boolean run;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "512",
      description = "Tokens of --run. Default: ${DEFAULT-VALUE}.")
  private int tokens;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of the tokens of --run. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--packed",
      description = "Keep experts as they are stored in --run, rather than as float32.")
  private boolean packed;

  @Option(
      names = "--mapped",
      description =
          "Read experts from the files in each pass of --run, rather than from memory. Not with --packed.")
  private boolean mapped;

  @Option(names = "--json", description = "Print JSON instead of text.")
  private boolean json;

  /** Called by picocli. */
  public InspectCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    String wrong = wrongUsage();
    if (wrong != null) {
      return failed(line, wrong, ExitCode.USAGE);
    }
    Inspector.Run toRun = run ? new Inspector.Run(tokens, seed, held()) : null;
    Inspection found;
    try {
      found = new Inspector(folder, block(), toRun).inspect();
    } catch (IOException | IllegalArgumentException e) {
      return failed(line, Failure.message(e), ExitCode.SOFTWARE);
    }
    print(found, line.getOut());
    return ExitCode.OK;
  }

  private @Nullable String wrongUsage() {
    if (layer != null && !LAYER.matcher(layer).matches()) {
      return "--layer must be an index such as 3 or encoder.3 but was " + layer;
    }
    if (run && layer == null) {
      return "--run needs --layer";
    }
    if (packed && mapped) {
      return "--packed and --mapped exclude each other";
    }
    if (tokens < 1) {
      return "--tokens must be at least 1 but was " + tokens;
    }
    return FolderCheck.wrongPath(folder);
  }

  private ExpertsHeld held() {
    return packed ? ExpertsHeld.PACKED : mapped ? ExpertsHeld.MAPPED : ExpertsHeld.FLOAT32;
  }

  private @Nullable MoeBlock block() {
    if (layer == null) {
      return null;
    }
    Matcher matcher = LAYER.matcher(layer);
    if (!matcher.matches()) {
      throw new IllegalStateException(layer);
    }
    int index = Integer.parseInt(matcher.group(3));
    return "encoder".equals(matcher.group(2)) ? MoeBlock.encoder(index) : MoeBlock.decoder(index);
  }

  private static int failed(CommandLine line, String message, int code) {
    line.getErr().println(NAME + ": " + Failure.line(message));
    line.getErr().flush();
    return code;
  }

  private void print(Inspection found, PrintWriter out) throws IOException {
    if (json) {
      out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(found));
    } else {
      InspectText.of(found).stream().map(Shown::escaped).forEach(out::println);
    }
    out.flush();
  }
}
