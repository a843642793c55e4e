package io.github.moe4j.bench.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The overview of a model for the screen. */
final class InspectText {
  private static final String LINE = "  %-12s %s";

  private final Inspection model;
  private final List<String> lines = new ArrayList<>();

  private InspectText(Inspection model) {
    this.model = model;
  }

  /** The lines, in order. */
  static List<String> of(Inspection model) {
    InspectText text = new InspectText(model);
    text.head();
    text.blocks();
    text.totals();
    text.memory();
    if (model.layer() != null) {
      text.lines.addAll(LayerText.of(model.layer()));
    }
    if (model.run() != null) {
      text.lines.addAll(RunText.of(model.run()));
    }
    return text.lines;
  }

  private void head() {
    lines.add(model.folder());
    line("layout", model.layout());
    line("model_type", model.modelType() == null ? "none" : model.modelType());
    line("quantization", model.quantization() == null ? "none" : model.quantization());
    if (!model.prefix().isEmpty()) {
      line("names", "begin with " + model.prefix());
    }
  }

  private void blocks() {
    boolean isNamed = model.blocks().stream().map(BlockFacts::stack).distinct().count() > 1;
    for (LayerRun run : LayerRun.of(model.blocks())) {
      BlockFacts block = run.first();
      lines.add("");
      lines.add(run.label(isNamed));
      line("experts", experts(block));
      line("router", block.router());
      line("capacity", block.capacity());
      line(
          "parameters",
          each(run) + Quantities.count(block.parameters()) + ", "
              + Quantities.count(block.activeParameters()) + " for a token");
      line("form", block.form() + ": " + block.example());
      if (block.bytes() > 0) {
        line(
            "bytes",
            each(run) + Quantities.bytes(block.bytes()) + ": "
                + Quantities.byType(block.bytesByType()));
      }
      block.missing().forEach(missing -> line("missing", missing));
    }
  }

  private static String each(LayerRun run) {
    return run.blocks().size() == 1 ? "" : "each ";
  }

  private static String experts(BlockFacts block) {
    String without = block.networks() == block.experts()
        ? ""
        : " (%d of them without weights)".formatted(block.experts() - block.networks());
    String shared = block.sharedHidden() == 0 ? "" : ", shared expert H " + block.sharedHidden();
    return String.format(
        Locale.ROOT,
        "%d of %d%s, D %d, H %d%s",
        block.choices(),
        block.experts(),
        without,
        block.width(),
        block.hidden(),
        shared);
  }

  private void totals() {
    SparseTotals sparse = model.sparse();
    TensorTotals tensors = model.tensors();
    lines.add("");
    lines.add("all");
    line(
        "blocks",
        sparse.blocks() + " sparse"
            + (sparse.whole() == sparse.blocks() ? "" : ", " + sparse.whole() + " of them whole"));
    line(
        "parameters",
        Quantities.count(sparse.parameters()) + " of sparse blocks, "
            + Quantities.count(sparse.activeParameters()) + " for a token");
    line(
        "tensors",
        Quantities.count(tensors.count()) + " with "
            + Quantities.count(tensors.parameters()) + " parameters"
            + (tensors.missing() == 0
                ? ""
                : "; " + Quantities.count(tensors.missing()) + " more in files not at hand"));
    if (tensors.bytes() > 0) {
      line(
          "bytes",
          Quantities.bytes(tensors.bytes()) + ": " + Quantities.byType(tensors.bytesByType()));
    }
    tensors.missingFiles().forEach(file -> line("missing", file));
  }

  private void memory() {
    lines.add("");
    lines.add("memory to load all sparse blocks");
    model
        .memory()
        .forEach((way, bytes) ->
            line(way.equals("asStored") ? "as stored" : way, Quantities.bytes(bytes)));
  }

  private void line(String name, String text) {
    lines.add(String.format(Locale.ROOT, LINE, name, text));
  }

  /** Numbers in rows of eight, each as its expert's. */
  static List<String> rows(double[] values) {
    List<String> rows = new ArrayList<>();
    for (int from = 0; from < values.length; from += 8) {
      StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "  %12d", from));
      IntStream.range(from, Math.min(values.length, from + 8))
          .forEach(e -> row.append(String.format(Locale.ROOT, " %9.4f", values[e])));
      rows.add(row.toString());
    }
    return rows;
  }
}
