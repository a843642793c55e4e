package io.github.moe4j.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is shown together: all runs of a benchmark's class in one mode and one unit.
 *
 * @param benchmark full name of the class
 * @param mode as JMH abbreviates it
 * @param unit of all scores
 * @param higherIsBetter whether more is better
 * @param figures in the order of the files
 */
record BenchGroup(
    String benchmark, String mode, String unit, boolean higherIsBetter, List<Figure> figures) {

  /** A run with the number of its file. */
  private record Filed(int file, JmhRun run, ScoreUnit unit) {
    List<String> group() {
      return List.of(run.benchmark(), run.mode(), unit.kind(), unit.per());
    }
  }

  /** Groups of all files, in the order in which they come up. */
  static List<BenchGroup> of(List<ResultFile> files) {
    Map<List<String>, List<Filed>> groups = new LinkedHashMap<>();
    for (int i = 0; i < files.size(); i++) {
      for (JmhRun run : files.get(i).runs()) {
        Filed filed = new Filed(i, run, ScoreUnit.of(run.unit(), run.tokens()));
        groups.computeIfAbsent(filed.group(), key -> new ArrayList<>()).add(filed);
      }
    }
    return groups.values().stream().map(BenchGroup::group).toList();
  }

  private static BenchGroup group(List<Filed> runs) {
    Filed first = runs.get(0);
    ScoreUnit unit = first
        .unit()
        .readable(
            runs.stream().mapToDouble(one -> one.run().score() * one.unit().to(first.unit())));
    boolean threads =
        runs.stream().mapToInt(one -> one.run().threads()).distinct().count() > 1;
    List<Figure> figures = new ArrayList<>();
    for (Filed one : runs) {
      Map<String, String> params = new LinkedHashMap<>(one.run().params());
      if (threads) {
        params.putIfAbsent("threads", String.valueOf(one.run().threads()));
      }
      figures.add(compared(Figure.of(one.file(), one.run(), params, one.unit().to(unit)), figures));
    }
    return new BenchGroup(
        first.run().benchmark(),
        first.run().mode(),
        unit.name(),
        unit.higherIsBetter(),
        List.copyOf(figures));
  }

  /** Compares with the same run of the first file that has any of the group. */
  private static Figure compared(Figure figure, List<Figure> before) {
    int first = before.isEmpty() ? figure.file() : before.get(0).file();
    if (figure.file() == first) {
      return figure;
    }
    return before.stream()
        .filter(other -> other.file() == first && other.sameRun(figure))
        .findFirst()
        .map(figure::comparedWith)
        .orElse(figure);
  }
}
