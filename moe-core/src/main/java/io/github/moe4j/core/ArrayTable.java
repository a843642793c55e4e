package io.github.moe4j.core;

import java.util.Arrays;
import java.util.Map;
import java.util.StringJoiner;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Named arrays as text: names, shapes, types and sizes, never numbers. */
final class ArrayTable {
  private ArrayTable() {}

  /** A line for each array, and one for their sum. */
  static String of(Map<String, INDArray> arrays) {
    int names = "all".length();
    int shapes = 0;
    long all = 0;
    for (Map.Entry<String, INDArray> entry : arrays.entrySet()) {
      names = Math.max(names, entry.getKey().length());
      shapes = Math.max(shapes, shape(entry.getValue()).length());
      all += entry.getValue().length();
    }
    String format = "%-" + names + "s  %-" + Math.max(1, shapes) + "s %-6s %12s%n";
    StringBuilder text = new StringBuilder();
    arrays.forEach((name, array) ->
        text.append(format.formatted(name, shape(array), array.dataType(), array.length())));
    return text.append(format.formatted("all", "", "", all)).toString();
  }

  /** All in a line. */
  static String line(Map<String, INDArray> arrays) {
    StringJoiner line = new StringJoiner(", ", "{", "}");
    arrays.forEach((name, array) -> line.add(name + " " + shape(array) + " " + array.dataType()));
    return line.toString();
  }

  private static String shape(INDArray array) {
    return Arrays.toString(array.shape()).replace(" ", "");
  }
}
