package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.io.StoredFile;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A stored matrix on the heap, whose rows are counted when they are read. */
class HeapMatrix implements StoredMatrix {
  private final float[][] numbers;
  private final StoredFile file;
  final AtomicInteger reads = new AtomicInteger();

  HeapMatrix(float[][] numbers, StoredFile file) {
    this.numbers = numbers;
    this.file = file;
  }

  /** A file that never changes. */
  static StoredFile file() {
    return () -> {};
  }

  /** A file that changed. */
  static StoredFile changed() {
    return () -> {
      throw new IOException("the file is another one");
    };
  }

  @Override
  public long rows() {
    return numbers.length;
  }

  @Override
  public int columns() {
    return numbers[0].length;
  }

  @Override
  public Set<StoredFile> files() {
    return Set.of(file);
  }

  @Override
  public Reader reader() {
    return (row, column, count, target, at, piece, apart) -> {
      reads.incrementAndGet();
      for (int i = 0; i < count; i++) {
        target[at + i / piece * apart + i % piece] = numbers[Math.toIntExact(row)][column + i];
      }
    };
  }
}
