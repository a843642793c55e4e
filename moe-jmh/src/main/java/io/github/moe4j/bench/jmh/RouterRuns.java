package io.github.moe4j.bench.jmh;

import io.github.moe4j.core.catalogue.Catalogue;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.routers.RouterSize;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs of {@link RouterBenchmark}: JMH combines every router with every size, but a router with a fixed
 * number of choices has no other k. So routers that support the same k make one run for each E, and the
 * results are merged.
 */
public final class RouterRuns {
  private static final String ROUTER = "router";
  private static final String EXPERTS = "experts";
  private static final String K = "k";
  private static final List<String> QUESTIONS = List.of("-h", "-l", "-lp", "-lrf", "-lprof");

  private RouterRuns() {}

  /** Whether the arguments of JMH select only this benchmark. */
  public static boolean areAskedFor(List<String> arguments) throws CommandLineOptionException {
    if (arguments.stream().anyMatch(QUESTIONS::contains)) {
      return false;
    }
    CommandLineOptions given = new CommandLineOptions(arguments.toArray(String[]::new));
    if (given.getIncludes().isEmpty()) {
      return false;
    }
    OutputFormat silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    Set<BenchmarkListEntry> found =
        BenchmarkList.defaultList().find(silent, given.getIncludes(), given.getExcludes());
    String name = RouterBenchmark.class.getName();
    return !found.isEmpty()
        && found.stream().allMatch(entry -> entry.getUserClassQName().equals(name));
  }

  /** Runs them; the result file, if requested, has all of them. */
  public static void run(List<String> arguments)
      throws CommandLineOptionException, RunnerException {
    Options given = new CommandLineOptions(arguments.toArray(String[]::new));
    // JMH's order of results takes those of different parameters for one.
    List<RunResult> results = new ArrayList<>();
    Catalogue<RouterProvider> all = RouterCatalogue.load();
    Collection<String> routers = given.getParameter(ROUTER).orElse(all.names());
    Map<Size, List<String>> runs = routersBySize(
        routers.stream().map(all::get).toList(), given(given, EXPERTS), given(given, K));
    for (Map.Entry<Size, List<String>> run : runs.entrySet()) {
      Options one = new OptionsBuilder()
          .parent(given)
          .param(ROUTER, run.getValue().toArray(String[]::new))
          .param(EXPERTS, Integer.toString(run.getKey().experts()))
          .param(K, run.getKey().k().toArray(String[]::new))
          .build();
      results.addAll(new Runner(one).run());
    }
    if (given.getResult().hasValue() || given.getResultFormat().hasValue()) {
      ResultFormatType format = given.getResultFormat().orElse(ResultFormatType.CSV);
      String file =
          given.getResult().orElse("jmh-result." + format.toString().toLowerCase(Locale.ROOT));
      ResultFormatFactory.getInstance(format, file).writeOut(results);
    }
  }

  /** What a run has in common: E, and each k. */
  record Size(int experts, List<String> k) {}

  /** Names of the routers by the sizes that they are measured with. */
  static Map<Size, List<String>> routersBySize(
      List<RouterProvider> routers, Collection<String> experts, Collection<String> k) {
    Map<Size, List<String>> runs = new LinkedHashMap<>();
    for (String number : experts) {
      Require.that(number.matches("[1-9]\\d{0,5}"), "experts must be a number but was %s", number);
      int e = Integer.parseInt(number);
      for (RouterProvider router : routers) {
        List<String> choices = RouterSize.choices(router, e, k);
        Require.that(
            !choices.isEmpty(),
            "router %s has %s choices: k must be at most E = %d but was %s",
            router.name(),
            router.traits().choices(),
            e,
            k);
        runs.computeIfAbsent(new Size(e, choices), any -> new ArrayList<>()).add(router.name());
      }
    }
    return runs;
  }

  /** Values of a parameter: the user's, else those of the benchmark. */
  private static Collection<String> given(Options options, String parameter) {
    return options.getParameter(parameter).orElseGet(() -> usual(parameter));
  }

  private static List<String> usual(String parameter) {
    try {
      return Arrays.asList(
          RouterBenchmark.class.getField(parameter).getAnnotation(Param.class).value());
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }
}
