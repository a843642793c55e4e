package io.github.moe4j.core.internal;

import java.util.Arrays;

/** A row of float64. */
final class DoubleRow implements RowVector {
  private final double[] values;

  DoubleRow(int width) {
    this.values = new double[width];
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
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
  }

  @Override
  public void addScaled(double factor, RowVector other) {
    double[] added = ((DoubleRow) other).values;
    for (int i = 0; i < values.length; i++) {
      values[i] += factor * added[i];
    }
  }

  @Override
  public boolean isFinite() {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public double dot(RowVector other) {
    double[] right = ((DoubleRow) other).values;
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i] * right[i];
    }
    return sum;
  }
}
