package io.github.moe4j.core.experts.quantized;

/**
 * Symmetric rounding to int8 with one scale an output, see {@link WeightFormat#INT8}.
 *
 * @param scales of the outputs [out]
 */
record Int8Rounding(float[] scales) implements Rounding {
  private static final int MOST = 127;

  /**
   * The scales of a weight.
   *
   * @param weight [out·in]. Not modified.
   */
  static Int8Rounding of(float[] weight, int out, int in) {
    float[] scales = new float[out];
    for (int o = 0; o < out; o++) {
      scales[o] = Rounding.scale(Rounding.most(weight, in, o, o + 1, 0, in), MOST);
    }
    return new Int8Rounding(scales);
  }

  /** The integer of a weight of an output. */
  int round(float w, int o) {
    return scales[o] == 0 ? 0 : (int) Math.rint(w / (double) scales[o]);
  }

  @Override
  public int bits() {
    return Byte.SIZE;
  }

  @Override
  public int code(float w, int o, int d) {
    return round(w, o);
  }

  @Override
  public float scale(int o, int d) {
    return scales[o];
  }

  @Override
  public float value(int code, int o, int d) {
    return (byte) code * scales[o];
  }

  @Override
  public long scaleBytes() {
    return (long) scales.length * Float.BYTES;
  }
}
