package io.github.moe4j.lab;

import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.watch.TraceWeights;
import io.github.moe4j.core.watch.TraceWriter;
import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.lab.text.Scripts;
import io.github.moe4j.lab.text.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What a model, as it is at the time, makes of held-out text. */
final class HeldOutText {
  private final ByteLanguageModel model;
  private final LabOptions options;
  private final Split split;
  private final Workers workers;
  private final Scripts scripts;

  HeldOutText(ByteLanguageModel model, LabOptions options, Split split, Workers workers) {
    this.model = model;
    this.options = options;
    this.split = split;
    this.workers = workers;
    this.scripts = Scripts.of(split);
  }

  /** Loss, and what the experts were used for. */
  record Evaluation(double bitsPerByte, UseCounter use) {}

  /** Evaluates on some windows, parts of them at the same time. */
  Evaluation evaluate(int windows) {
    Batch all = windows(windows);
    int parts = parts(all);
    // Windows of one part come from all over the text, as in training: capacity depends on the mix.
    List<Part> evaluated = workers.map(parts, i -> evaluate(all.every(i, parts)));
    UseCounter use = newCounter();
    double bits = 0;
    for (Part part : evaluated) {
      bits += part.bits();
      use.add(part.use());
    }
    return new Evaluation(bits / all.tokens().length, use);
  }

  /** What the model made of one batch: bits, not per byte. */
  private record Part(double bits, UseCounter use) {}

  private Part evaluate(Batch batch) {
    UseCounter use = newCounter();
    try (ByteLanguageModel.Pass pass = model.evaluate(batch)) {
      use.add(pass.moe(), batch, scripts.indices(batch));
      return new Part(pass.bitsPerByte() * batch.tokens().length, use);
    }
  }

  /** Writes a trace of the same passes, one after another; nothing if the model has no router. */
  void trace(int windows, Path file) throws IOException {
    Batch all = windows(windows);
    int parts = parts(all);
    TraceWriter trace = null;
    try {
      for (int i = 0; i < parts; i++) {
        try (ByteLanguageModel.Pass pass = model.evaluate(all.every(i, parts))) {
          for (MoePass layer : pass.moe()) {
            if (trace == null) {
              trace = TraceWriter.create(file, TraceWeights.FLOAT32);
            }
            trace.passed(layer);
          }
        }
      }
    } finally {
      if (trace != null) {
        trace.close();
      }
    }
  }

  private Batch windows(int windows) {
    return split.validation().windows(options.model().sequence(), windows);
  }

  private int parts(Batch all) {
    int rows = options.batch() / options.shards();
    return (all.rows() + rows - 1) / rows;
  }

  private UseCounter newCounter() {
    return new UseCounter(split.train().domainNames().size(), scripts.names().size());
  }
}
