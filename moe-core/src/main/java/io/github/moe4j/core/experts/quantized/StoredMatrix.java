package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.io.StoredFile;
import java.util.Set;

/** A matrix of numbers that stay where they are stored and are read as float32. Thread-safe. */
public interface StoredMatrix {
  /** Number of rows. */
  long rows();

  /** Number of columns. */
  int columns();

  /** The files that have the numbers. */
  Set<StoredFile> files();

  /** A new reader for one thread. */
  Reader reader();

  /** Reads numbers, with memory of its own for what is converted. Not thread-safe. */
  @FunctionalInterface
  interface Reader {
    /**
     * Reads some columns of a row in pieces: number i to {@code target[at + i / piece · apart + i % piece]}.
     *
     * @param row below {@link StoredMatrix#rows}
     * @param column the first, of {@code count}
     * @param target Modified: these elements are overwritten.
     * @param piece numbers that follow each other, at least 1
     * @param apart elements from the beginning of a piece to that of the next
     * @throws IndexOutOfBoundsException if the matrix or the array is smaller
     * @throws IllegalStateException if what has the numbers was closed
     */
    void read(long row, int column, int count, float[] target, int at, int piece, int apart);
  }
}
