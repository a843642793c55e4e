package io.github.moe4j.spark;

import io.github.moe4j.core.group.GroupException;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a rank ended. A failure is a result of its task too, not a failure of the task: Spark reports only one task that
 * failed, and that may be another rank than the one that failed first.
 *
 * @param rank that ended
 * @param value its result; null after a failure, too
 * @param error the text of a failure; empty after a success
 * @param failure null after a success
 */
record Outcome(
    int rank,
    @Nullable Serializable value,
    String error,
    @Nullable Throwable failure) implements Serializable {
  private static Outcome of(int rank, String error, Throwable failure) {
    return new Outcome(rank, null, error, failure);
  }

  /**
   * The bytes of a success.
   *
   * @throws IllegalArgumentException if the result cannot be serialized
   */
  static byte[] success(int rank, @Nullable Object value) {
    if (value != null && !(value instanceof Serializable)) {
      throw new IllegalArgumentException("the result of rank %d must be serializable but was a %s"
          .formatted(rank, value.getClass().getName()));
    }
    try {
      return JavaBytes.write(new Outcome(rank, (Serializable) value, "", null));
    } catch (NotSerializableException e) {
      throw new IllegalArgumentException(
          "the result of rank %d must be serializable but holds a %s"
              .formatted(rank, e.getMessage()),
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the result of rank %d cannot be serialized: %s".formatted(rank, e), e);
    }
  }

  /** The bytes of a failure; of one that cannot be serialized, its text and the place where it arose. */
  static byte[] failure(int rank, Throwable failure) {
    try {
      return JavaBytes.write(of(rank, failure.toString(), failure));
    } catch (IOException | RuntimeException e) {
      return withoutFields(rank, failure);
    }
  }

  private static byte[] withoutFields(int rank, Throwable failure) {
    Throwable text = failure instanceof GroupException
        ? new GroupException(failure.getMessage(), null)
        : new IllegalStateException(failure.toString());
    text.setStackTrace(failure.getStackTrace());
    try {
      return JavaBytes.write(of(rank, failure.toString(), text));
    } catch (IOException e) {
      throw new IllegalStateException("texts can be serialized", e);
    }
  }

  /** Reads an outcome; if that fails, this is a failure of the rank. */
  static Outcome read(int rank, byte[] bytes) {
    try {
      return (Outcome) Objects.requireNonNull(JavaBytes.read(bytes));
    } catch (IOException | ClassNotFoundException | RuntimeException e) {
      return of(rank, "the driver cannot read how it ended: " + e, e);
    }
  }

  /** Whether the failure is one that the rank was told of, or noticed of another. */
  boolean isOfAnother() {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof GroupException) {
        return true;
      }
    }
    return false;
  }
}
