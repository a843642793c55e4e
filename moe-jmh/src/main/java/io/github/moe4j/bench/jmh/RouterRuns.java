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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
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
 * Runs of {@link RouterBenchmark}: JMH combines every router with every size, but a router whose number
 * of choices is its own has no k. So routers that share their sizes make one run each, and the results
 * are put together.
 */
public final class RouterRuns {
  private static final String ROUTER = "router";
  private static final String SIZE = "size";
  private static final List<String> QUESTIONS = List.of("-h", "-l", "-lp", "-lrf", "-lprof");

  private RouterRuns() {}

  /** Whether the arguments of JMH ask for this benchmark and no other. */
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
    Collection<String> sizes = given.getParameter(SIZE).orElse(sizesIfNotGiven());
    for (Map.Entry<Set<String>, List<String>> run :
        routersBySizes(routers.stream().map(all::get).toList(), sizes).entrySet()) {
      Options one = new OptionsBuilder()
          .parent(given)
          .param(ROUTER, run.getValue().toArray(String[]::new))
          .param(SIZE, run.getKey().toArray(String[]::new))
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

  /**
   * Names of the routers by the sizes that they are measured with: those with a k that they can have, or
   * for a number of their own each number of experts once.
   */
  static Map<Set<String>, List<String>> routersBySizes(
      List<RouterProvider> routers, Collection<String> sizes) {
    Map<Set<String>, List<String>> runs = new LinkedHashMap<>();
    for (RouterProvider router : routers) {
      Set<String> own = new LinkedHashSet<>();
      for (String size : sizes) {
        RouterSize asked = RouterSize.parse(size);
        if (asked.fits(router)) {
          own.add(size);
        } else if (asked.k().isPresent()) {
          own.add(new RouterSize(asked.experts(), OptionalInt.empty()).toString());
        }
      }
      Require.that(
          !own.isEmpty(),
          "router %s has %s choices: give a size such as 8x2, not %s",
          router.name(),
          router.traits().choices(),
          sizes);
      runs.computeIfAbsent(own, any -> new ArrayList<>()).add(router.name());
    }
    return runs;
  }

  private static List<String> sizesIfNotGiven() {
    try {
      return Arrays.asList(
          RouterBenchmark.class.getField(SIZE).getAnnotation(Param.class).value());
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }
}
