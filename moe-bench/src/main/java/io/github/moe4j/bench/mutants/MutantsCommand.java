package io.github.moe4j.bench.mutants;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mutants}: whether PIT's reports meet the goals of their modules. */
@Command(
    name = "mutants",
    sortOptions = false,
    description =
        "Reads what PIT wrote into target/pit-reports of modules. Fails if a survivor is not named in the module's"
            + " src/test/mutants.txt, if an entry there names none any more, or if too few mutants were detected.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:each goal is met, each survivor named",
      "1:failed",
      "2:wrong usage, no report or one that cannot be read"
    })
public final class MutantsCommand implements Callable<Integer> {
  private static final String NAME = "mutants";

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "MODULE",
      arity = "1..*",
      description = "Folders of modules, such as moe-balance.")
  private List<Path> modules = List.of();

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    List<Verdict> verdicts = new ArrayList<>();
    try {
      for (Path module : modules) {
        verdicts.add(verdict(module));
      }
    } catch (IllegalArgumentException | IOException e) {
      line.getErr().println(NAME + ": " + e.getMessage());
      return ExitCode.USAGE;
    }
    line.getOut().print(Verdict.HEAD);
    verdicts.forEach(verdict -> line.getOut().println(verdict.row()));
    line.getOut().flush();
    boolean sound = true;
    for (Verdict verdict : verdicts) {
      for (String fault : verdict.faults()) {
        line.getErr().println(verdict.module() + ": " + fault);
        sound = false;
      }
    }
    return sound ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  private static Verdict verdict(Path module) throws IOException {
    String name = String.valueOf(module.toAbsolutePath().normalize().getFileName());
    int goal = Goals.of(name);
    return new Verdict(name, MutantReport.read(module), Equivalent.read(module), goal);
  }
}
