package io.github.moe4j.core.internal;

import org.jspecify.annotations.Nullable;

/** The default number of threads that work is divided among. */
final class ThreadCount {
  static final String PROPERTY = "moe4j.threads";

  private final @Nullable String given;
  private final int size;

  private ThreadCount(@Nullable String given, int size) {
    this.given = given;
    this.size = size;
  }

  /** The number that a property gives; as many as there are processors if it gives none. */
  static ThreadCount of(@Nullable String property) {
    int size = 0;
    if (property != null && property.matches("[1-9][0-9]{0,4}")) {
      size = Integer.parseInt(property);
    }
    return new ThreadCount(property, size);
  }

  /**
   * The number now, at least 1.
   *
   * @throws IllegalArgumentException if the property was no such number
   */
  int size() {
    if (given == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    Require.that(size > 0, "-D%s must be in [1, 99999] but was %s", PROPERTY, given);
    return size;
  }
}
