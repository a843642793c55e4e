package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Require;

/**
 * Symmetric rounding to int8 with one scale an output, see {@link WeightFormat#INT8}.
 *
 * @param scales of the outputs [out]
 */
record Int8Rounding(float[] scales) {
  private static final int MOST = 127;

  /**
   * The scales of a weight.
   *
   * @param weight [out·in]. Not modified.
   */
  static Int8Rounding of(float[] weight, int out, int in) {
    float[] scales = new float[out];
    for (int o = 0; o < out; o++) {
      float most = 0;
      for (int d = 0; d < in; d++) {
        float w = weight[o * in + d];
        Require.that(Float.isFinite(w), "a weight must be finite but was %s", w);
        most = Math.max(most, Math.abs(w));
      }
      scales[o] = scale(most);
    }
    return new Int8Rounding(scales);
  }

  /** At least most/127, so that no q is beyond 127. */
  private static float scale(float most) {
    double exact = (double) most / MOST;
    float nearest = (float) exact;
    return nearest < exact ? Math.nextUp(nearest) : nearest;
  }

  /** The integer of a weight of an output. */
  int round(float w, int o) {
    return scales[o] == 0 ? 0 : (int) Math.rint(w / (double) scales[o]);
  }
}
