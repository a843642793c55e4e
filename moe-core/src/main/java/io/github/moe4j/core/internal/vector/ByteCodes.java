package io.github.moe4j.core.internal.vector;

import io.github.moe4j.core.internal.kernel.PackedKernel;

/** Codes of a byte, one after another. */
interface ByteCodes extends PackedKernel<byte[]> {
  @Override
  default int width() {
    return 2 * Lanes.S.length();
  }

  @Override
  default byte[] allocate(int panels, int terms) {
    return new byte[panels * length(terms) + Lanes.BEYOND];
  }

  @Override
  default void set(byte[] codes, int panelAt, int term, int column, int code) {
    codes[panelAt + term * width() + column] = (byte) code;
  }
}
