package io.github.moe4j.bench.lab.report;

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
 *     when it is sure, ln E when it is undecided
 * @param expertsWithoutTokens number of experts that no token was assigned to
 * @param load what each expert's share of the load was during training, by rising step
 * @param expertByDomain [E, domains] share of a domain's assignments that went to the expert; a
 *     column sums to 1, or is all NaN if the domain was not seen. Copied.
 */
public record ExpertUse(
    int experts,
    double loadCv,
    double mostLoadedOverMean,
    double droppedShare,
    double routingEntropy,
    int expertsWithoutTokens,
    List<LoadPoint> load,
    double[][] expertByDomain) {

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
    Checks.length("expertByDomain", experts, expertByDomain.length);
    expertByDomain = copy(expertByDomain);
    for (double[] row : expertByDomain) {
      Checks.length("a row of expertByDomain", expertByDomain[0].length, row.length);
      Checks.shares("expertByDomain", row);
    }
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

  int domains() {
    return expertByDomain[0].length;
  }

  private static double[][] copy(double[][] rows) {
    double[][] copy = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      copy[i] = rows[i].clone();
    }
    return copy;
  }
}
