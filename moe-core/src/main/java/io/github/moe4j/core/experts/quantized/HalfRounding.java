package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.io.HalfFloats;

/** Rounding to two bytes, see {@link WeightFormat#BFLOAT16} and {@link WeightFormat#FLOAT16}. */
enum HalfRounding implements Rounding {
  BFLOAT16("bfloat16") {
    @Override
    short round(float w) {
      return HalfFloats.toBfloat16(w);
    }

    @Override
    public float value(int code, int o, int d) {
      return HalfFloats.fromBfloat16((short) code);
    }
  },

  FLOAT16("float16") {
    @Override
    short round(float w) {
      return HalfFloats.toFloat16(w);
    }

    @Override
    public float value(int code, int o, int d) {
      return HalfFloats.fromFloat16((short) code);
    }
  };

  private final String field;

  HalfRounding(String field) {
    this.field = field;
  }

  abstract short round(float w);

  @Override
  public int bits() {
    return Short.SIZE;
  }

  @Override
  public int code(float w, int o, int d) {
    short code = round(w);
    Require.that(
        Float.isFinite(value(code, o, d)), "a weight must be finite in %s but was %s", field, w);
    return code;
  }
}
