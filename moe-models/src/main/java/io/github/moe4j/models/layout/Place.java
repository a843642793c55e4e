package io.github.moe4j.models.layout;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor that a checkpoint must have.
 *
 * @param name its full name
 * @param shape its shape
 */
record Place(String name, List<Long> shape) {
  static Place of(String name, long... shape) {
    return new Place(name, Arrays.stream(shape).boxed().toList());
  }

  /**
   * The place of one expert of a stack [E,…], or of a tensor whose first axis holds all experts one after another.
   *
   * @param experts in all
   */
  Place ofOne(long experts) {
    long[] one = axes();
    one[0] /= experts;
    return of(name, one);
  }

  long[] axes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
