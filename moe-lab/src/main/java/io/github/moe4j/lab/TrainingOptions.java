package io.github.moe4j.lab;

import io.github.moe4j.lab.text.Corpus;
import io.github.moe4j.lab.variant.LayerOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that all models of a run have in common: seeds, training, sizes and text. */
final class TrainingOptions {
  private static final LabOptions DEFAULT = LabOptions.DEFAULT;

  @Option(
      names = {"--seed", "--seeds"},
      split = ",",
      paramLabel = "SEED",
      description = "Random seeds; each model is trained with each of them (${DEFAULT-VALUE}).")
  private List<Long> seeds;

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

  /** Creates options with default seeds. */
  TrainingOptions(List<Long> seeds) {
    this.seeds = seeds;
  }

  /** The options of a run with these numbers of experts and choices for models without their own. */
  LabOptions options(int experts, int k) {
    return new LabOptions(
        seeds.get(0),
        steps,
        batch,
        learningRate,
        validationShare,
        new ModelOptions(width, heads, blocks, sequence),
        new LayerOptions(width, hidden, experts, k));
  }

  List<Long> seeds() {
    return seeds;
  }

  Corpus corpus() {
    return text == null ? Corpus.displayNames() : Corpus.ofFiles(text);
  }

  /** Describes the text. */
  String source() {
    return text == null
        ? "display names of this Java runtime"
        : String.join(", ", text.stream().map(Path::toString).toList());
  }

  /** What a domain of the text is called. */
  String kind() {
    return text == null ? "language" : "file";
  }

  /** Adds every option that is set, by its name, as the command line takes it. */
  void addTo(Map<String, String> all) {
    all.put("seed", joined(seeds));
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
      all.put("text", joined(text));
    }
  }

  /** A list as one value. */
  static String joined(List<?> values) {
    return values.stream().map(Object::toString).collect(Collectors.joining(","));
  }
}
