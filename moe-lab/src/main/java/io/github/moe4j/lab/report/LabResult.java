package io.github.moe4j.lab.report;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All results of one run of the lab, and everything needed to repeat it.
 *
 * @param title heading of the report; not blank
 * @param description what was trained, of a training that {@code LabRecorder} recorded; null for a run of
 *     the lab's own, which its page describes with the command that repeats it
 * @param version version of this library
 * @param complete false if the run was interrupted, so that some figures are not final
 * @param progress progress of an interrupted run, to follow the word "after", for instance {@code
 *     "1,200 of 2,000 steps of model 3 of 5"}; may be empty if complete
 * @param configuration every option of the run by its name on the command line, in the order to show:
 *     run again with these, and the same numbers come out
 * @param environment what else the numbers depend on: Java runtime, machine, size of the text
 * @param loss what {@link ModelResult#validationLoss} and the curves measure, such as {@code "bits per byte"};
 *     not blank. Lower is better.
 * @param domainKind what a domain is, in the singular: {@code "language"} or {@code "file"}
 * @param domains the names of the domains
 * @param scripts the names of the scripts that the text is written in; may be empty
 * @param models one entry for each model and seed, in the order to show; those of one model are together
 */
public record LabResult(
    String title,
    @Nullable String description,
    String version,
    boolean complete,
    String progress,
    Map<String, String> configuration,
    Map<String, String> environment,
    String loss,
    String domainKind,
    List<String> domains,
    List<String> scripts,
    List<ModelResult> models) {

  /** Validates and copies. */
  public LabResult {
    Checks.present("version", version);
    Checks.present("progress", progress);
    if (Checks.present("title", title).isBlank()
        || Checks.present("loss", loss).isBlank()
        || Checks.present("domainKind", domainKind).isBlank()) {
      throw new IllegalArgumentException("title, loss and domainKind must not be blank");
    }
    if (!complete && progress.isBlank()) {
      throw new IllegalArgumentException("an incomplete result must have the run's progress");
    }
    configuration = Checks.texts("configuration", configuration);
    environment = Checks.texts("environment", environment);
    domains = Checks.list("domains", domains);
    scripts = Checks.list("scripts", scripts);
    models = Checks.list("models", models);
    Set<ModelRun> runs = new HashSet<>();
    for (ModelResult model : models) {
      ModelRun run = new ModelRun(model.name(), model.seed());
      if (!runs.add(run)) {
        throw new IllegalArgumentException("two models are " + run);
      }
      ExpertUse use = model.expertUse();
      if (use != null) {
        Checks.length(
            run + ": a row of expertByDomain", domains.size(), use.expertByDomain()[0].length);
        Checks.length(
            run + ": a row of expertByScript", scripts.size(), use.expertByScript()[0].length);
        for (RoutedText text : use.text()) {
          if (text.domain() >= domains.size()) {
            throw new IllegalArgumentException("%s: text must be of a domain below %d but is of %d"
                .formatted(run, domains.size(), text.domain()));
          }
        }
      }
    }
  }

  /**
   * The results of each model by its name.
   *
   * @return a new map in the order of the models; of each model one result a seed, in their order
   */
  public Map<String, List<ModelResult>> byName() {
    return byName(models);
  }

  /** The same of the models whose training is finished: others were trained for fewer steps. */
  Map<String, List<ModelResult>> finishedByName() {
    return byName(finishedModels());
  }

  private static Map<String, List<ModelResult>> byName(List<ModelResult> models) {
    return models.stream()
        .collect(Collectors.groupingBy(ModelResult::name, LinkedHashMap::new, Collectors.toList()));
  }

  /** The models whose training is finished, in their order. */
  public List<ModelResult> finishedModels() {
    return models.stream().filter(model -> unfinished(model).isEmpty()).toList();
  }

  /**
   * The progress of the interrupted trainings.
   *
   * @return such as {@code "312 of 500 steps"}, in the order of the models; empty if all are finished
   */
  public Map<ModelRun, String> unfinished() {
    Map<ModelRun, String> all = new LinkedHashMap<>();
    for (ModelResult model : models) {
      String progress = unfinished(model);
      if (!progress.isEmpty()) {
        all.put(new ModelRun(model.name(), model.seed()), progress);
      }
    }
    return all;
  }

  /**
   * The progress of a model's interrupted training.
   *
   * @param model one of this result
   * @return empty if the training is finished
   */
  String unfinished(ModelResult model) {
    String steps = configuration.getOrDefault("steps", "");
    if (complete || model.curve().isEmpty() || !steps.matches("\\d{1,9}")) {
      return "";
    }
    int done = model.steps();
    int all = Integer.parseInt(steps);
    return done < all ? String.format(Locale.ROOT, "%,d of %,d steps", done, all) : "";
  }
}
