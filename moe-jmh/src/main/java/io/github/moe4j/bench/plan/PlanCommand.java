package io.github.moe4j.bench.plan;

import io.github.moe4j.cli.Failure;
import io.github.moe4j.cli.FigureOptions;
import io.github.moe4j.models.preset.Preset;
import io.github.moe4j.models.preset.WeightType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
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

/** {@code plan}: a published architecture on several machines, computed. */
@Command(
    name = "plan",
    sortOptions = false,
    description =
        "Computes memory, traffic and step time of a published architecture with experts in parallel over"
            + " nodes, says what limits it, and lists smaller numbers of nodes.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
public final class PlanCommand implements Callable<Integer> {
  private static final String NAME = "plan";

  @Spec
  private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "PRESET", description = "Preset, such as mixtral-8x7b.")
  private String name = "";

  @Option(names = "--nodes", required = true, description = "Number of nodes.")
  private int nodes;

  @Option(
      names = "--network",
      paramLabel = "GBIT",
      description = "Bandwidth of a node in 10^9 bits a second (${DEFAULT-VALUE}).")
  private double network = 10;

  @Option(
      names = "--latency",
      paramLabel = "MICROSECONDS",
      description = "Latency of an exchange (${DEFAULT-VALUE}).")
  private double latency = 100;

  @Option(
      names = "--memory",
      paramLabel = "GB",
      description = "Memory of a node in 10^9 bytes (${DEFAULT-VALUE}).")
  private double memory = 256;

  @Option(
      names = "--gflops",
      description =
          "GFLOP/s that a node reaches in matrix products (${DEFAULT-VALUE}); the command 'roofline' measures this"
              + " machine's.")
  private double gflops = 1000;

  @Option(names = "--tokens", description = "Tokens of a node in a step (${DEFAULT-VALUE}).")
  private long tokens = 8192;

  @Option(names = "--forward", description = "A forward pass instead of a training step.")
  private boolean forward;

  @Option(
      names = "--type",
      description = "Of weights, gradients and rows: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private WeightType type = WeightType.FLOAT32;

  @Option(
      names = "--imbalance",
      description = "Load of the most loaded rank by the mean (${DEFAULT-VALUE}).")
  private double imbalance = 1;

  @Option(
      names = "--once-per-rank",
      description = "A token travels once to a rank with several of its experts.")
  private boolean oncePerRank;

  @Mixin
  private final FigureOptions figures = new FigureOptions();

  /** Called by picocli. */
  public PlanCommand() {}

  @Override
  public Integer call() throws IOException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    Plan plan;
    try {
      Cluster cluster = new Cluster(
          nodes, Network.ofGigabits(network, latency / 1e6), memory * 1e9, gflops * 1e9);
      plan = new Plan(
          cluster,
          new Workload(Preset.named(name), tokens, !forward, type, imbalance, oncePerRank));
      figures.require(NAME);
    } catch (IllegalArgumentException | NoSuchFileException e) {
      Failure.print(line.getErr(), NAME, e);
      return ExitCode.USAGE;
    }
    List<Plan> all = smaller(plan);
    PrintWriter out = line.getOut();
    out.println(PlanText.of(plan));
    out.println(PlanText.table(all));
    out.print(PlanText.assumptions(plan));
    out.flush();
    figures.write(
        NAME,
        all.stream().map(PlanCommand::figures).toList(),
        PlanText.table(all) + "\n" + PlanText.assumptions(plan));
    return ExitCode.OK;
  }

  /** Powers of two up to the number of nodes, and this number. */
  private static List<Plan> smaller(Plan plan) {
    TreeSet<Integer> numbers = new TreeSet<>();
    for (long n = 1; n < plan.cluster().nodes(); n *= 2) {
      numbers.add((int) n);
    }
    numbers.add(plan.cluster().nodes());
    List<Plan> all = new ArrayList<>();
    numbers.forEach(n -> all.add(new Plan(plan.cluster().withNodes(n), plan.work())));
    return all;
  }

  private static Map<String, Object> figures(Plan plan) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("preset", plan.work().preset().name());
    all.put("nodes", plan.cluster().nodes());
    all.put("expertRanks", plan.expertRanks());
    all.put("replicas", plan.replicas());
    all.put("memoryBytes", plan.memoryBytes());
    all.put("fits", plan.fits());
    all.put("exchangeBytes", plan.exchangeBytes());
    all.put("gradientBytes", plan.gradientBytes());
    all.put("productSeconds", plan.productSeconds());
    all.put("exchangeSeconds", plan.exchangeSeconds());
    all.put("gradientSeconds", plan.gradientSeconds());
    all.put("stepSeconds", plan.stepSeconds());
    all.put("tokensPerSecond", plan.tokensPerSecond());
    all.put("limit", plan.limit().text());
    return all;
  }
}
