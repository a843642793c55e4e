package io.github.moe4j.lab;

import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.watch.TraceWeights;
import io.github.moe4j.core.watch.TraceWriter;
import io.github.moe4j.lab.report.RoutedText;
import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.lab.text.Scripts;
import io.github.moe4j.lab.text.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Evaluates a model in its current state on held-out text. */
final class HeldOutText {
  private final ByteLanguageModel model;
  private final LabOptions options;
  private final Split split;
  private final Workers workers;
  private final Scripts scripts;
  private final Batch windows;
  private final Runnable afterPart;

  /** Windows shown in the report. */
  private final List<Integer> shown;

  /**
   * Held-out text for a model.
   *
   * @param windows how many, spread evenly; fewer if the text is short
   */
  HeldOutText(
      ByteLanguageModel model, LabOptions options, Split split, Workers workers, int windows) {
    this(model, options, split, workers, windows, () -> {});
  }

  /**
   * The same on a rank of a group.
   *
   * @param afterPart called after each part of an evaluation or trace
   */
  HeldOutText(
      ByteLanguageModel model,
      LabOptions options,
      Split split,
      Workers workers,
      int windows,
      Runnable afterPart) {
    this.model = model;
    this.options = options;
    this.split = split;
    this.workers = workers;
    this.scripts = Scripts.of(split);
    this.windows = split.validation().windows(options.model().sequence(), windows);
    this.afterPart = afterPart;
    this.shown = SampleWindows.of(this.windows, scripts);
  }

  /** Loss, expert usage, and sample text with the expert of each character. */
  record Evaluation(double bitsPerByte, UseCounter use, List<RoutedText> text) {}

  /** Evaluates on all windows, in concurrent parts. */
  Evaluation evaluate() {
    int parts = parts();
    // Windows of one part come from all over the text, as in training: capacity depends on the mix.
    List<Part> evaluated = workers.map(parts, i -> {
      Part part = evaluate(windows.every(i, parts), rowsShown(i, parts));
      afterPart.run();
      return part;
    });
    UseCounter use = newCounter();
    Map<Integer, RoutedText> text = new HashMap<>();
    double bits = 0;
    for (Part part : evaluated) {
      bits += part.bits();
      use.add(part.use());
      text.putAll(part.text());
    }
    return new Evaluation(
        bits / windows.tokens().length, use, shown.stream().map(text::get).toList());
  }

  /** Takes part in the {@link #evaluate} or {@link #trace} of another rank with no windows of its own: serves its experts. */
  Evaluation attend() {
    for (int i = 0; i < parts(); i++) {
      model.evaluate(windows.slice(0, 0)).close();
      afterPart.run();
    }
    return new Evaluation(Double.NaN, newCounter(), List.of());
  }

  /** The shown windows of a part, which has every n-th window, with their rows in that part. */
  private Map<Integer, Integer> rowsShown(int first, int stride) {
    return shown.stream()
        .filter(window -> window % stride == first)
        .collect(Collectors.toMap(window -> window, window -> window / stride));
  }

  /** The result of one batch, in bits, not per byte. */
  private record Part(double bits, UseCounter use, Map<Integer, RoutedText> text) {}

  /**
   * Evaluates a batch.
   *
   * @param rowsShown windows to show and their rows in the batch
   */
  private Part evaluate(Batch batch, Map<Integer, Integer> rowsShown) {
    UseCounter use = newCounter();
    try (ByteLanguageModel.Pass pass = model.evaluate(batch)) {
      use.add(pass.moe(), batch.domains(), scripts.indices(batch));
      Map<Integer, RoutedText> text = new HashMap<>();
      rowsShown.forEach((window, row) -> text.put(window, RoutedTexts.of(pass.moe(), batch, row)));
      return new Part(pass.bitsPerByte() * batch.tokens().length, use, text);
    }
  }

  /** Writes a trace of the same passes, one after another; nothing if the model has no router. */
  void trace(Path file) throws IOException {
    int parts = parts();
    TraceWriter trace = null;
    try {
      for (int i = 0; i < parts; i++) {
        try (ByteLanguageModel.Pass pass = model.evaluate(windows.every(i, parts))) {
          for (MoePass layer : pass.moe()) {
            if (trace == null) {
              trace = TraceWriter.create(file, TraceWeights.FLOAT32);
            }
            trace.passed(layer);
          }
        }
        afterPart.run();
      }
    } finally {
      if (trace != null) {
        trace.close();
      }
    }
  }

  private int parts() {
    int rows = options.batch() / options.shards();
    return (windows.rows() + rows - 1) / rows;
  }

  private UseCounter newCounter() {
    return new UseCounter(split.train().domainNames().size(), scripts.names().size());
  }
}
