package io.github.moe4j.lab.report;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Made-up experts.
 *
 * @param experts how many
 * @param k choices per token
 * @param tilt the larger, the more of the load goes to expert 0 at the end
 * @param seed of what differs from run to run
 */
record ExpertsFixture(int experts, int k, double tilt, long seed) {

  ExpertUse use(double cv, double max, double dropped, double entropy, int idle) {
    int points = LabFixture.POINTS;
    List<LoadPoint> load = IntStream.rangeClosed(1, points)
        .mapToObj(i -> new LoadPoint(
            i * LabFixture.STEPS / points,
            shares(tilt * i / points, i),
            entropy * (2 - (double) i / points),
            dropped * (2 - (double) i / points)))
        .toList();
    return new ExpertUse(
        experts,
        cv,
        max,
        dropped,
        entropy,
        idle,
        load,
        columns(LabFixture.LANGUAGES.size()),
        lastUnseen(columns(LabFixture.SCRIPTS.size())),
        coActivation(),
        text());
  }

  /** Two layers; letters of a script favour an expert, and one character has none. */
  private List<RoutedText> text() {
    List<String> pieces = List.of(
        "Deutsch, Dänisch, Griechisch, Englisch, Spanisch, Estnisch, Basc",
        "английский, испанский, эстонский",
        "الإنجليزية، الإسبانية، الفارسية",
        "अंग्रेज़ी, स्पेनिश\n",
        "英文、西班牙文、波斯文、法文、葡萄");
    Random random = new Random(seed + 9);
    return IntStream.range(0, pieces.size())
        .mapToObj(i -> new RoutedText(
            11 * i,
            pieces.get(i),
            List.of(choices(pieces.get(i), i, random), choices(pieces.get(i), i + 3, random))))
        .toList();
  }

  private FirstChoices choices(String text, int favourite, Random random) {
    int[] chosen = text.codePoints()
        .map(c -> (random.nextInt(4) == 0 ? random.nextInt(experts) : favourite + c % 2) % experts)
        .toArray();
    chosen[4] = -1;
    return new FirstChoices(
        chosen,
        Arrays.stream(chosen)
            .mapToDouble(e -> e < 0 ? 0 : 0.4 + random.nextInt(500) / 1000.0)
            .toArray());
  }

  private double[] shares(double tilt, int point) {
    Random random = new Random(31 * seed + point);
    return divided(IntStream.range(0, experts)
        .mapToDouble(e -> Math.exp(-2.2 * tilt * e + 0.08 * random.nextGaussian()))
        .toArray());
  }

  private static double[][] lastUnseen(double[][] table) {
    for (double[] row : table) {
      row[row.length - 1] = Double.NaN;
    }
    return table;
  }

  private double[][] columns(int count) {
    Random random = new Random(seed + 7);
    double[][] table = new double[experts][count];
    for (int d = 0; d < count; d++) {
      int favourite = random.nextInt(experts);
      double[] column = divided(IntStream.range(0, experts)
          .mapToDouble(e -> (e == favourite ? 1.8 : 0) - 2.2 * tilt * e)
          .map(mean -> Math.exp(mean + 0.7 * random.nextGaussian()))
          .toArray());
      for (int e = 0; e < experts; e++) {
        table[e][d] = column[e];
      }
    }
    return table;
  }

  /** With one choice no two experts ever share a token. */
  private double[][] coActivation() {
    Random random = new Random(seed + 8);
    double[][] table = new double[experts][experts];
    for (int e = 0; e < experts; e++) {
      if (k > 1) {
        double[] row = random.doubles(experts).map(v -> v * v).toArray();
        row[e] = 0;
        table[e] = divided(row);
      }
      table[e][e] = Double.NaN;
    }
    return table;
  }

  private static double[] divided(double[] values) {
    double sum = Arrays.stream(values).sum();
    return Arrays.stream(values).map(value -> value / sum).toArray();
  }
}
