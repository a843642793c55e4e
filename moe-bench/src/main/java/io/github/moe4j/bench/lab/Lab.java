package io.github.moe4j.bench.lab;

import io.github.moe4j.bench.Progress;
import io.github.moe4j.bench.Version;
import io.github.moe4j.bench.lab.report.LabResult;
import io.github.moe4j.bench.lab.report.ModelResult;
import io.github.moe4j.bench.lab.text.Scripts;
import io.github.moe4j.bench.lab.text.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Trains the same model with each contender, one after another. */
final class Lab {
  private Lab() {}

  /**
   * Runs all contenders, or those begun until {@code stop} says so.
   *
   * @param split text to train on and held-out text
   * @param source what the text is, for the report
   * @param domainKind what a domain of the text is, in the singular
   * @param traces folder for a trace of each model, or null for none
   */
  static LabResult run(
      LabOptions options,
      List<Contender> contenders,
      Split split,
      String source,
      String domainKind,
      BooleanSupplier stop,
      Progress progress,
      @Nullable Path traces)
      throws IOException {
    List<ModelResult> results = new ArrayList<>();
    String interruptedAfter = "";
    try (Workers workers = new Workers()) {
      for (Contender contender : contenders) {
        Trainer trainer = new Trainer(contender, options, split, workers);
        int steps = trainer.train(stop, progress);
        if (steps > 0) {
          results.add(trainer.result());
          if (traces != null) {
            trainer.trace(traces);
          }
        }
        if (steps < options.steps()) {
          interruptedAfter = "%,d of %,d steps of %s, model %d of %d"
              .formatted(
                  steps,
                  options.steps(),
                  contender.name(),
                  contenders.indexOf(contender) + 1,
                  contenders.size());
          break;
        }
      }
    }
    return new LabResult(
        "Router lab",
        Version.number(),
        interruptedAfter.isEmpty(),
        interruptedAfter,
        configuration(options, contenders),
        environment(split, source),
        domainKind,
        split.train().domainNames(),
        Scripts.of(split).names(),
        results);
  }

  private static Map<String, String> configuration(LabOptions options, List<Contender> contenders) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("routers", String.join(",", contenders.stream().map(Contender::name).toList()));
    all.putAll(options.describe());
    return all;
  }

  private static Map<String, String> environment(Split split, String source) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("text", source);
    all.put("training text", "%,d bytes".formatted(split.train().size()));
    all.put("validation text", "%,d bytes".formatted(split.validation().size()));
    all.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
    all.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    all.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    return all;
  }
}
