package io.github.moe4j.bench.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code doctor}: properties of this JVM and machine, and what to change for full speed. */
@Command(
    name = "doctor",
    description = {
      "Reports in about two seconds on this JVM and machine: versions, vector module, BLAS, caches,"
          + " memory limits, measured speeds, and what to change for full speed.",
      "Start it with the options of your program, and add its output to a bug report."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
public final class DoctorCommand implements Callable<Integer> {
  private final Supplier<Facts> finder;

  @Spec
  private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON instead of text.")
  private boolean json;

  /** Called by picocli. */
  public DoctorCommand() {
    this(FactFinder::find);
  }

  /** With given facts. */
  DoctorCommand(Supplier<Facts> finder) {
    this.finder = finder;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    Facts facts = finder.get();
    if (json) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("facts", facts);
      all.put("advice", Advice.of(facts));
      out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all));
    } else {
      Report.of(facts).forEach(out::println);
    }
    out.flush();
    return ExitCode.OK;
  }
}
