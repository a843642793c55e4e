package io.github.moe4j.lab;

import io.github.moe4j.lab.text.Corpus;
import io.github.moe4j.lab.text.Split;
import io.github.moe4j.lab.variant.Variant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A planned run of the lab.
 *
 * @param variants models to compare, with distinct names
 * @param seeds each model is trained with every one
 * @param options of every run, apart from the seed
 * @param corpus text to learn
 * @param source what the text is, for the report
 * @param domainKind what a domain of the text is, in the singular
 * @param configuration every option by its name on the command line
 */
record Experiment(
    List<Variant> variants,
    List<Long> seeds,
    LabOptions options,
    Corpus corpus,
    String source,
    String domainKind,
    Map<String, String> configuration) {

  /** Copies. */
  Experiment {
    variants = List.copyOf(variants);
    seeds = List.copyOf(seeds);
  }

  /** The split of the text by the first seed. */
  Split split() {
    return corpus.split(seeds.get(0), options.validationShare());
  }

  /** Identifies the text, on which all results depend. */
  Map<String, String> text(Split split) {
    Map<String, String> text = new LinkedHashMap<>();
    text.put("source", source);
    text.put("training text", "%,d bytes".formatted(split.train().size()));
    text.put("validation text", "%,d bytes".formatted(split.validation().size()));
    return text;
  }

  /** Models to train. */
  int runs() {
    return variants.size() * seeds.size();
  }

  /** Whether a model is trained with a seed. */
  boolean has(String name, long seed) {
    return seeds.contains(seed) && variants.stream().anyMatch(v -> v.name().equals(name));
  }

  /** Describes one training. */
  String label(Variant variant, long seed) {
    return seeds.size() == 1 ? variant.name() : variant.name() + " with seed " + seed;
  }

  /** The file name of a run, without extension. */
  String fileName(Variant variant, long seed) {
    return seeds.size() == 1 ? variant.fileName() : variant.fileName() + "-seed-" + seed;
  }

  /** The file of a training's decisions. */
  String traceName(Training training) {
    return fileName(training.variant(), training.options().seed()) + ".trace";
  }
}
