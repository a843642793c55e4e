package io.github.moe4j.bench.inspect;

/**
 * Cosines of all pairs of experts, over all of their weights.
 *
 * @param mean of the pairs
 * @param max of the pairs
 * @param first expert of the pair with the largest
 * @param second the other
 */
record Similarity(double mean, double max, int first, int second) {
  /** Of at least two experts. */
  static Similarity of(ExpertGrams grams, int experts) {
    double sum = 0;
    Similarity most = new Similarity(0, Double.NEGATIVE_INFINITY, 0, 1);
    for (int i = 0; i < experts; i++) {
      for (int j = i + 1; j < experts; j++) {
        double cosine = grams.cosine(i, j);
        sum += cosine;
        most = cosine > most.max ? new Similarity(0, cosine, i, j) : most;
      }
    }
    double mean = sum / (experts * (experts - 1.0) / 2);
    return new Similarity(mean, most.max, most.first, most.second);
  }
}
