package io.github.moe4j.core.internal;

import java.util.Arrays;

/** A row of float32; products and sums are rounded to float32 one by one. */
final class FloatRow implements RowVector {
  private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

  private final float[] values;
  private final float[] products;

  FloatRow(int width) {
    this.values = new float[width];
    this.products = new float[width];
  }

  @Override
  public void read(Rows rows, long row) {
    rows.read(row, values);
  }

  @Override
  public void write(Rows rows, long row) {
    rows.write(row, values);
  }

  @Override
  public void clear() {
    Arrays.fill(values, 0);
  }

  @Override
  public void scale(double factor) {
    float f = (float) factor;
    for (int i = 0; i < values.length; i++) {
      values[i] *= f;
    }
  }

  @Override
  public void addScaled(double factor, RowVector other) {
    float f = (float) factor;
    float[] added = ((FloatRow) other).values;
    for (int i = 0; i < values.length; i++) {
      values[i] += f * added[i];
    }
  }

  @Override
  public boolean isFinite() {
    int largest = 0; // of the bits without sign, which vectorizes
    for (float value : values) {
      largest = Math.max(largest, Float.floatToRawIntBits(value) & Integer.MAX_VALUE);
    }
    return largest < INFINITY;
  }

  @Override
  public double dot(RowVector other) {
    float[] right = ((FloatRow) other).values;
    for (int i = 0; i < values.length; i++) {
      products[i] = values[i] * right[i];
    }
    // Folding halves onto each other vectorizes, where one running sum cannot.
    int length = values.length;
    while (length > 16) {
      int half = (length + 1) / 2;
      for (int i = 0; i < length - half; i++) {
        products[i] += products[half + i];
      }
      length = half;
    }
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += products[i];
    }
    return sum;
  }
}
