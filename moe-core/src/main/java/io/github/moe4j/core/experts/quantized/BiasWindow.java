package io.github.moe4j.core.experts.quantized;

/** A bias [out], read whole, as a window of one row. */
record BiasWindow(float[] bias) implements StoredWindow {
  @Override
  public void read(int row, int column, int count, float[] target, int at) {
    System.arraycopy(bias, column, target, at, count);
  }
}
