package io.github.moe4j.bench.peers.onednn;

/**
 * What the router decides.
 *
 * @param experts of each assignment, token after token [T·K]
 * @param weights of each assignment: the softmax over the token's chosen logits [T·K]
 */
record Choices(long[] experts, float[] weights) {
  /**
   * The K largest logits of each token.
   *
   * @param logits [T,E]. Not modified.
   */
  static Choices of(float[] logits, int experts, int k) {
    int tokens = logits.length / experts;
    Choices choices = new Choices(new long[tokens * k], new float[tokens * k]);
    for (int t = 0; t < tokens; t++) {
      choices.choose(logits, t * experts, experts, t * k, k);
      choices.softmax(t * k, k);
    }
    return choices;
  }

  /** Keeps the largest so far in descending order. */
  private void choose(float[] logits, int from, int count, int to, int k) {
    int kept = 0;
    for (int e = 0; e < count; e++) {
      float logit = logits[from + e];
      if (kept == k && logit <= weights[to + k - 1]) {
        continue;
      }
      int place = kept < k ? kept++ : k - 1;
      while (place > 0 && weights[to + place - 1] < logit) {
        weights[to + place] = weights[to + place - 1];
        experts[to + place] = experts[to + place - 1];
        place--;
      }
      weights[to + place] = logit;
      experts[to + place] = e;
    }
  }

  private void softmax(int from, int k) {
    float largest = weights[from];
    float sum = 0;
    for (int i = from; i < from + k; i++) {
      weights[i] = (float) Math.exp(weights[i] - largest);
      sum += weights[i];
    }
    for (int i = from; i < from + k; i++) {
      weights[i] /= sum;
    }
  }
}
