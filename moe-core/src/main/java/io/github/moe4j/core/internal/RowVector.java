package io.github.moe4j.core.internal;

/**
 * One row of numbers in the type of the array it comes from: so float32 rows are moved, scaled and
 * added without a detour through float64, several times as fast. Not thread-safe.
 */
public sealed interface RowVector permits FloatRow, DoubleRow {
  /** A row of zeros, as wide as those of {@code rows} and of their type. */
  static RowVector like(Rows rows) {
    return rows.areFloats() ? new FloatRow(rows.width()) : new DoubleRow(rows.width());
  }

  /** Becomes a row of an array. */
  void read(Rows rows, long row);

  /** Replaces a row of an array. Modifies it. */
  void write(Rows rows, long row);

  /** Sets all numbers to zero. */
  void clear();

  /** Multiplies all numbers. */
  void scale(double factor);

  /** Adds {@code factor·other}, a row of the same kind. */
  void addScaled(double factor, RowVector other);

  /** Whether no number is NaN or infinite. */
  boolean isFinite();

  /** {@code Σ this·other}, a row of the same kind; the order of the sum depends on the width alone. */
  double dot(RowVector other);
}
