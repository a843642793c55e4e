package io.github.moe4j.lab.report;

import java.util.List;

/**
 * How a Mixture-of-Experts model used its experts at the end of training. A number that was not
 * measured, or that a router does not have, is NaN.
 *
 * @param experts number of experts E
 * @param loadCv standard deviation of the experts' load over its mean: 0 when balanced
 * @param mostLoadedOverMean load of the most loaded expert over the mean: 1 when balanced
 * @param droppedShare share of the assignments that the capacity rule dropped, 0 to 1
 * @param routingEntropy mean over tokens of the entropy of the router's distribution, in nats: 0
 *     for a confident router, ln E for one without preference
 * @param expertsWithoutTokens number of experts that no token was assigned to
 * @param load each expert's share of the load during training, by rising step
 * @param expertByDomain [E, domains] share of a domain's assignments that went to the expert; a
 *     column sums to 1, or is all NaN if the domain was not seen. Copied.
 * @param expertByScript [E, scripts] the same for the scripts that the text is written in. Copied.
 * @param coActivation [E, E] share of a row's expert's tokens that also went to the column's expert; NaN
 *     on the diagonal and for an expert without tokens. Copied.
 * @param text pieces of held-out text with the expert of each character; may be empty
 */
public record ExpertUse(
    int experts,
    double loadCv,
    double mostLoadedOverMean,
    double droppedShare,
    double routingEntropy,
    int expertsWithoutTokens,
    List<LoadPoint> load,
    double[][] expertByDomain,
    double[][] expertByScript,
    double[][] coActivation,
    List<RoutedText> text) {

  /** Without text. */
  public ExpertUse(
      int experts,
      double loadCv,
      double mostLoadedOverMean,
      double droppedShare,
      double routingEntropy,
      int expertsWithoutTokens,
      List<LoadPoint> load,
      double[][] expertByDomain,
      double[][] expertByScript,
      double[][] coActivation) {
    this(
        experts,
        loadCv,
        mostLoadedOverMean,
        droppedShare,
        routingEntropy,
        expertsWithoutTokens,
        load,
        expertByDomain,
        expertByScript,
        coActivation,
        List.of());
  }

  /** Validates and copies. */
  public ExpertUse {
    if (experts < 1 || expertsWithoutTokens < 0 || expertsWithoutTokens > experts) {
      throw new IllegalArgumentException("expertsWithoutTokens must be 0 to experts (" + experts
          + ") but was " + expertsWithoutTokens);
    }
    Checks.notNegative("loadCv", loadCv);
    Checks.notNegative("mostLoadedOverMean", mostLoadedOverMean);
    Checks.share("droppedShare", droppedShare);
    Checks.notNegative("routingEntropy", routingEntropy);
    load = List.copyOf(load);
    Checks.rising("load", load.stream().mapToInt(LoadPoint::step).toArray());
    for (LoadPoint point : load) {
      Checks.length("load at step " + point.step(), experts, point.shares().length);
    }
    expertByDomain = shares("expertByDomain", experts, expertByDomain);
    expertByScript = shares("expertByScript", experts, expertByScript);
    coActivation = shares("coActivation", experts, coActivation);
    Checks.length("a row of coActivation", experts, coActivation[0].length);
    text = List.copyOf(text);
    for (RoutedText piece : text) {
      if (piece.largestExpert() >= experts) {
        throw new IllegalArgumentException("text must be of experts below %d but has expert %d"
            .formatted(experts, piece.largestExpert()));
      }
    }
  }

  private static double[][] shares(String name, int experts, double[][] rows) {
    Checks.length(name, experts, rows.length);
    double[][] copy = copy(rows);
    for (double[] row : copy) {
      Checks.length("a row of " + name, copy[0].length, row.length);
      Checks.shares(name, row);
    }
    return copy;
  }

  /**
   * The share of each domain's assignments that went to each expert.
   *
   * @return [E, domains] a copy
   */
  @Override
  public double[][] expertByDomain() {
    return copy(expertByDomain);
  }

  /**
   * The share of each script's assignments that went to each expert.
   *
   * @return [E, scripts] a copy
   */
  @Override
  public double[][] expertByScript() {
    return copy(expertByScript);
  }

  /**
   * The share of each expert's tokens that went to each other expert as well.
   *
   * @return [E, E] a copy
   */
  @Override
  public double[][] coActivation() {
    return copy(coActivation);
  }

  private static double[][] copy(double[][] rows) {
    double[][] copy = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      copy[i] = rows[i].clone();
    }
    return copy;
  }
}
