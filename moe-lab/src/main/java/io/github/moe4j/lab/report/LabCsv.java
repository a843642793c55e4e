package io.github.moe4j.lab.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The figures of a result as CSV, a line for each model and seed, with all options of the run. A cell
 * is empty where a figure does not apply or was not measured.
 */
final class LabCsv {
  private LabCsv() {}

  /** The text; the first line names the columns. */
  static String write(LabResult result) {
    List<Map<String, String>> rows = new ArrayList<>();
    result.models().forEach(model -> rows.add(row(result, model)));
    CsvSchema.Builder schema = CsvSchema.builder();
    Stream<String> columns = rows.isEmpty() ? Stream.of("model") : rows.get(0).keySet().stream();
    columns.forEach(schema::addColumn);
    try {
      return new CsvMapper().writer(schema.build().withHeader()).writeValueAsString(rows);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result must be writable as CSV", e);
    }
  }

  private static Map<String, String> row(LabResult result, ModelResult model) {
    Map<String, String> row = new LinkedHashMap<>();
    row.put("model", model.name());
    row.put("seed", Long.toString(model.seed()));
    row.put("steps", steps(model));
    row.put("validation " + result.loss(), number(model.validationLoss()));
    row.put("tokens per second", number(model.tokensPerSecond()));
    row.put("parameters", Long.toString(model.parameters()));
    row.put("active parameters", Long.toString(model.activeParameters()));
    row.put("load CV", number(model.ofUse(ExpertUse::loadCv)));
    row.put("most loaded over mean", number(model.ofUse(ExpertUse::mostLoadedOverMean)));
    row.put("dropped share", number(model.ofUse(ExpertUse::droppedShare)));
    row.put("routing entropy", number(model.ofUse(ExpertUse::routingEntropy)));
    row.put("experts without tokens", number(model.ofUse(ExpertUse::expertsWithoutTokens)));
    StageShares stages = model.stages();
    row.put("route share", number(stages.route()));
    row.put("dispatch share", number(stages.dispatch()));
    row.put("experts share", number(stages.experts()));
    row.put("combine share", number(stages.combine()));
    row.put("ranks", Integer.toString(Math.max(1, model.ranks().size())));
    row.put("bytes sent per step", number(model.ofRanks(RankUse::bytesPerStep)));
    row.put("wait share", number(model.ofRanks(RankUse::waitShare)));
    row.put("most loaded rank over mean", number(model.ofRanks(RankUse::mostLoadedOverMean)));
    for (String kind : List.of("router", "balance", "capacity", "experts")) {
      row.put(kind, part(model, kind));
    }
    row.put("complete", Boolean.toString(result.complete()));
    row.put("version", result.version());
    String option = result.description() == null ? "--" : "";
    result.configuration().forEach((name, value) -> row.put(option + name, value));
    result.environment().forEach(row::put);
    return row;
  }

  /** Steps of training done. */
  private static String steps(ModelResult model) {
    List<CurvePoint> curve = model.curve();
    return curve.isEmpty() ? "" : Integer.toString(curve.get(curve.size() - 1).step());
  }

  private static String part(ModelResult model, String kind) {
    return model.parts().stream()
        .filter(part -> part.kind().equals(kind))
        .map(ModelPart::name)
        .findFirst()
        .orElse("");
  }

  private static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "";
  }
}
