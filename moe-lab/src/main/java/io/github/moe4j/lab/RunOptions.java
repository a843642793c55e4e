package io.github.moe4j.lab;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.text.Corpus;
import io.github.moe4j.lab.text.Split;
import io.github.moe4j.lab.variant.DryRun;
import io.github.moe4j.lab.variant.LayerOptions;
import io.github.moe4j.lab.variant.Variant;
import io.github.moe4j.lab.variant.VariantGrid;
import io.github.moe4j.lab.variant.Variants;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that decide what a run of the lab comes to. */
final class RunOptions {
  private static final LabOptions DEFAULT = LabOptions.DEFAULT;

  @Option(
      names = "--routers",
      split = ",",
      paramLabel = "NAME",
      description = "Models to compare (dense,top-k-unbalanced,top-k,switch); --list shows all.")
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
      description = "Number (8) and kinds (swiglu) of experts; see --list.")
  private List<String> experts = List.of(Integer.toString(DEFAULT.layer().experts()));

  @Option(names = "--k", split = ",", description = "Choices per token (2).")
  private List<Integer> k = List.of(DEFAULT.layer().k());

  @Option(
      names = {"--seed", "--seeds"},
      split = ",",
      paramLabel = "SEED",
      description = "Random seeds; each model is trained with each of them (1).")
  private List<Long> seeds = List.of(DEFAULT.seed());

  @Option(names = "--steps", description = "Optimizer steps per model (${DEFAULT-VALUE}).")
  private int steps = DEFAULT.steps();

  @Option(names = "--batch", description = "Sequences per step (${DEFAULT-VALUE}).")
  private int batch = DEFAULT.batch();

  @Option(names = "--sequence", description = "Bytes per sequence (${DEFAULT-VALUE}).")
  private int sequence = DEFAULT.model().sequence();

  @Option(names = "--learning-rate", description = "Peak learning rate (${DEFAULT-VALUE}).")
  private double learningRate = DEFAULT.learningRate();

  @Option(names = "--width", description = "Model width (${DEFAULT-VALUE}).")
  private int width = DEFAULT.model().width();

  @Option(
      names = "--hidden",
      description = "Active hidden units per token and layer (${DEFAULT-VALUE}).")
  private int hidden = DEFAULT.layer().activeHidden();

  @Option(names = "--blocks", description = "Transformer blocks (${DEFAULT-VALUE}).")
  private int blocks = DEFAULT.model().blocks();

  @Option(names = "--heads", description = "Attention heads (${DEFAULT-VALUE}).")
  private int heads = DEFAULT.model().heads();

  @Option(
      names = "--validation-share",
      description = "Held-out share of each domain's lines (${DEFAULT-VALUE}).")
  private double validationShare = DEFAULT.validationShare();

  @Option(
      names = "--text",
      arity = "1..*",
      split = ",",
      paramLabel = "FILE",
      description =
          "UTF-8 text files to train on, one domain per file, separated by commas or blanks. Default: names of languages,"
              + " countries, currencies and so on in every language of this Java runtime.")
  private @Nullable List<Path> text;

  /**
   * What they ask for, checked: every variant has made a step on a few tokens, and both parts of the
   * text are long enough.
   */
  Experiment experiment() {
    Require.that(seeds.stream().distinct().count() == seeds.size(), "seed must differ: %s", seeds);
    VariantGrid grid = new VariantGrid(routers, balance, capacity, experts, k);
    LabOptions options = new LabOptions(
        seeds.get(0),
        steps,
        batch,
        learningRate,
        validationShare,
        new ModelOptions(width, heads, blocks, sequence),
        new LayerOptions(
            width, hidden, grid.firstExperts(DEFAULT.layer().experts()), grid.firstK()));
    List<Variant> variants = grid.variants();
    Corpus corpus = text == null ? Corpus.displayNames() : Corpus.ofFiles(text);
    Experiment experiment =
        new Experiment(variants, seeds, options, corpus, source(), kind(), configuration());
    Split split = experiment.split();
    split.train().windows(sequence, 1);
    split.validation().windows(sequence, 1);
    variants.forEach(variant -> DryRun.of(variant, options.sizes()));
    return experiment;
  }

  /** Every option that is set, by its name, as the command line takes it. */
  private Map<String, String> configuration() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("routers", String.join(",", routers));
    putList(all, "balance", balance);
    putList(all, "capacity", capacity);
    putList(all, "experts", experts);
    putList(all, "k", k);
    putList(all, "seed", seeds);
    all.put("steps", Integer.toString(steps));
    all.put("batch", Integer.toString(batch));
    all.put("sequence", Integer.toString(sequence));
    all.put("learning-rate", Double.toString(learningRate));
    all.put("width", Integer.toString(width));
    all.put("hidden", Integer.toString(hidden));
    all.put("blocks", Integer.toString(blocks));
    all.put("heads", Integer.toString(heads));
    all.put("validation-share", Double.toString(validationShare));
    if (text != null) {
      putList(all, "text", text);
    }
    return all;
  }

  private static void putList(Map<String, String> all, String name, List<?> values) {
    if (!values.isEmpty()) {
      all.put(name, String.join(",", values.stream().map(Object::toString).toList()));
    }
  }

  private String source() {
    return text == null
        ? "display names of this Java runtime"
        : String.join(", ", text.stream().map(Path::toString).toList());
  }

  private String kind() {
    return text == null ? "language" : "file";
  }
}
