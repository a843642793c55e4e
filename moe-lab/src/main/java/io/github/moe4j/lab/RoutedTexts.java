package io.github.moe4j.lab;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.lab.report.FirstChoices;
import io.github.moe4j.lab.report.RoutedText;
import io.github.moe4j.lab.text.Batch;
import io.github.moe4j.lab.text.WholeCharacters;
import java.util.Arrays;
import java.util.List;

/** The first choice of expert for each character of some windows. */
final class RoutedTexts {
  private RoutedTexts() {}

  /**
   * The text of a window with the first choices of all layers.
   *
   * @param layers passes over {@code batch}
   * @param row the window
   */
  static RoutedText of(List<MoePass> layers, Batch batch, int row) {
    int[] starts =
        WholeCharacters.characters(batch.tokens(), row * batch.sequence(), batch.sequence());
    return new RoutedText(
        batch.domains()[row * batch.sequence()],
        WholeCharacters.text(batch.tokens(), starts),
        layers.stream().map(layer -> firstChoices(layer, starts)).toList());
  }

  private static FirstChoices firstChoices(MoePass layer, int[] tokens) {
    Assignments chosen = layer.decision().assignments();
    int[] experts = new int[tokens.length];
    double[] weights = new double[tokens.length];
    Arrays.fill(experts, -1);
    for (int n = 0; n < chosen.size(); n++) {
      int at = Arrays.binarySearch(tokens, chosen.token(n));
      if (at >= 0 && (experts[at] < 0 || chosen.weight(n) > weights[at])) {
        experts[at] = chosen.expert(n);
        weights[at] = chosen.weight(n);
      }
    }
    return new FirstChoices(
        experts, Arrays.stream(weights).map(RoutedTexts::rounded).toArray());
  }

  /** Three decimals, to keep the file small. */
  private static double rounded(double weight) {
    return Math.round(1000 * weight) / 1000.0;
  }
}
