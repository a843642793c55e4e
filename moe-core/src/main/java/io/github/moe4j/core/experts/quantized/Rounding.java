package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Require;

/** The weight [out,in] of an expert in a format of few bits: how it is rounded, and the scales. Immutable. */
interface Rounding {
  /** Bits of a code: 4, 8 or 16. */
  int bits();

  /** The code of a weight w[o, d]. */
  int code(float w, int o, int d);

  /** The code as the kernels take it. */
  default int panelCode(float w, int o, int d) {
    return code(w, o, d);
  }

  /** The factor of a weight that the kernels take beside its code. */
  default float scale(int o, int d) {
    return 1;
  }

  /** The weight that a code, of {@link #bits} bits, of an output o and an input d stands for. */
  float value(int code, int o, int d);

  /** Bytes that scales take. */
  default long scaleBytes() {
    return 0;
  }

  /** The largest absolute value of some weights of a matrix [·,in], all finite. */
  static float most(float[] weight, int in, int o, int oEnd, int d, int dEnd) {
    float most = 0;
    for (int row = o; row < oEnd; row++) {
      for (int column = d; column < dEnd; column++) {
        most = Math.max(most, Math.abs(finite(weight[row * in + column])));
      }
    }
    return most;
  }

  /** A weight, which must be finite. */
  static float finite(float w) {
    Require.that(Float.isFinite(w), "a weight must be finite but was %s", w);
    return w;
  }

  /**
   * The least scale by which no weight is beyond the largest number of a format.
   *
   * @param most largest absolute value of the weights
   * @param largest number of the format
   */
  static float scale(float most, float largest) {
    double exact = (double) most / largest;
    float nearest = (float) exact;
    float scale = nearest < exact ? Math.nextUp(nearest) : nearest;
    return Float.isInfinite(scale * largest) ? Math.nextDown(scale) : scale;
  }
}
