package io.github.moe4j.core.internal.vector;

import io.github.moe4j.core.internal.kernel.PackedKernel;

/** Codes of two bytes, one after another. */
interface ShortCodes extends PackedKernel<short[]> {
  @Override
  default int width() {
    return 2 * Lanes.S.length();
  }

  @Override
  default short[] allocate(int panels, int terms) {
    return new short[panels * length(terms)];
  }

  @Override
  default void set(short[] codes, int panelAt, int term, int column, int code) {
    codes[panelAt + term * width() + column] = (short) code;
  }
}
