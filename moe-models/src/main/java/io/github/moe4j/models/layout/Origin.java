package io.github.moe4j.models.layout;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a model comes from: errors begin with the file that says which tensors it has.
 *
 * @param config its {@code config.json}; null if it is in no file
 */
record Origin(@Nullable Path config) {
  /** Reads something of a model. */
  @FunctionalInterface
  interface Reading<T> {
    /** Reads it. */
    T read() throws IOException;
  }

  /** What is read, or an error that names the file. */
  <T> T read(Reading<T> reading) throws IOException {
    try {
      return reading.read();
    } catch (LayoutException e) {
      throw named(e);
    }
  }

  LayoutException named(LayoutException e) {
    return config == null ? e : e.in(config);
  }
}
