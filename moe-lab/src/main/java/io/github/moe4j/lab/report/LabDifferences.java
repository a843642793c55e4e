package io.github.moe4j.lab.report;

import java.util.ArrayList;
import java.util.List;

/**
 * How much larger the held-out loss of each model is than that of the first, which is the baseline. Models
 * whose training is unfinished do not count.
 *
 * @param baseline name of the first model; empty without models
 * @param rows one for each other model, in their order
 */
record LabDifferences(String baseline, List<Row> rows) {

  /** The difference of a model to the baseline. */
  record Row(String name, PairedDifference difference) {}

  static LabDifferences of(LabResult result) {
    var models = result.finishedByName();
    if (models.isEmpty()) {
      return new LabDifferences("", List.of());
    }
    String baseline = models.keySet().iterator().next();
    List<Row> rows = new ArrayList<>();
    models.forEach((name, seeds) -> {
      if (!name.equals(baseline)) {
        rows.add(new Row(
            name, PairedDifference.of(models.get(baseline), seeds, ModelResult::validationLoss)));
      }
    });
    return new LabDifferences(baseline, List.copyOf(rows));
  }
}
