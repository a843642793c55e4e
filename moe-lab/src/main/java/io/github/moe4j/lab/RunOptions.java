package io.github.moe4j.lab;

import io.github.moe4j.core.group.Group;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.ranks.RankSpread;
import io.github.moe4j.lab.ranks.Spread;
import io.github.moe4j.lab.text.Split;
import io.github.moe4j.lab.variant.DryRun;
import io.github.moe4j.lab.variant.Variant;
import io.github.moe4j.lab.variant.VariantGrid;
import io.github.moe4j.lab.variant.Variants;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that determine the results of a run. */
final class RunOptions {
  private static final LabOptions DEFAULT = LabOptions.DEFAULT;

  @Option(
      names = "--routers",
      split = ",",
      paramLabel = "NAME",
      description =
          "Models to compare (dense,top-k); --list shows all. Sizes of one model alone follow its name: top-k/E32/k4.")
  private List<String> routers = Variants.defaults();

  @Option(
      names = "--balance",
      split = ",",
      paramLabel = "NAME",
      description = "Balancing mechanisms instead of the default ones; see --list.")
  private List<String> balance = List.of();

  @Option(
      names = "--capacity",
      split = ",",
      paramLabel = "RULE",
      description = "Capacity rules instead of the default ones; see --list.")
  private List<String> capacity = List.of();

  @Option(
      names = "--experts",
      split = ",",
      paramLabel = "N|KIND",
      description = "Number (16) and kinds (swiglu) of experts; see --list.")
  private List<String> experts = List.of(Integer.toString(DEFAULT.layer().experts()));

  @Option(names = "--k", split = ",", description = "Choices per token (2).")
  private List<Integer> k = List.of(DEFAULT.layer().k());

  @Mixin
  private TrainingOptions training = new TrainingOptions(List.of(DEFAULT.seed()));

  @Mixin
  private RankOptions ranks = new RankOptions();

  /** Called by picocli. */
  RunOptions() {}

  /** As an option's value each; an empty list stands for the routers' defaults. */
  RunOptions(
      List<String> routers,
      List<String> balance,
      List<String> capacity,
      int experts,
      int k,
      TrainingOptions training) {
    this.routers = routers;
    this.balance = balance;
    this.capacity = capacity;
    this.experts = List.of(Integer.toString(experts));
    this.k = List.of(k);
    this.training = training;
  }

  /**
   * The experiment that they specify, checked: every variant has made a step on a few tokens, and both parts of
   * the text are long enough.
   */
  Experiment experiment() {
    Experiment experiment = checkedElsewhere();
    Split split = experiment.split();
    LabOptions options = experiment.options();
    int sequence = options.model().sequence();
    split.train().windows(sequence, 1);
    split.validation().windows(sequence, 1);
    boolean spread = ranks.areSet();
    for (Variant variant : experiment.variants()) {
      DryRun.of(variant, options.sizes(spread ? new RankSpread(Group.single()) : Spread.none()));
    }
    return experiment;
  }

  /** The same without the steps on a few tokens, which whoever starts the ranks has made. */
  Experiment checkedElsewhere() {
    ranks.areSet(); // checks them before anything takes long
    List<Long> seeds = training.seeds();
    Require.that(seeds.stream().distinct().count() == seeds.size(), "seed must differ: %s", seeds);
    VariantGrid grid = new VariantGrid(routers, balance, capacity, experts, k);
    LabOptions options =
        training.options(grid.firstExperts(DEFAULT.layer().experts()), grid.firstK());
    LeastMemory.require(
        options, grid.mostExperts(options.layer().experts()), grid.mostK(), ranks.processes());
    List<Variant> variants = grid.variants();
    return new Experiment(
        variants,
        seeds,
        options,
        training.corpus(),
        training.source(),
        training.kind(),
        configuration());
  }

  /** Over how many ranks, and what runs them. */
  RankOptions ranks() {
    return ranks;
  }

  /** Every option that is set, by its name, as the command line takes it. */
  private Map<String, String> configuration() {
    Map<String, String> all = new LinkedHashMap<>();
    putList(all, "routers", routers);
    putList(all, "balance", balance);
    putList(all, "capacity", capacity);
    putList(all, "experts", experts);
    putList(all, "k", k);
    training.addTo(all);
    ranks.addTo(all);
    return all;
  }

  private static void putList(Map<String, String> all, String name, List<?> values) {
    if (!values.isEmpty()) {
      all.put(name, TrainingOptions.joined(values));
    }
  }
}
