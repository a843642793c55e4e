package io.github.moe4j.lab.ranks;

/**
 * What a rank sent to others, and how long it was in operations of its group.
 *
 * @param bytes sent to other ranks
 * @param nanos in exchanges, with the wait for other ranks
 */
public record Traffic(long bytes, long nanos) {
  /** None. */
  public static final Traffic NONE = new Traffic(0, 0);

  /** Both together. */
  public Traffic plus(Traffic other) {
    return new Traffic(bytes + other.bytes, nanos + other.nanos);
  }

  /** What came after an earlier state. */
  public Traffic since(Traffic earlier) {
    return new Traffic(bytes - earlier.bytes, nanos - earlier.nanos);
  }
}
