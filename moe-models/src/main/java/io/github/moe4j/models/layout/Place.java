package io.github.moe4j.models.layout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A tensor that a checkpoint must have.
 *
 * @param name its full name
 * @param shape its shape
 */
record Place(String name, List<Long> shape) {
  static Place of(String name, long... shape) {
    List<Long> axes = new ArrayList<>(shape.length);
    for (long axis : shape) {
      axes.add(axis);
    }
    return new Place(name, Collections.unmodifiableList(axes));
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
    long[] axes = new long[shape.size()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = shape.get(i);
    }
    return axes;
  }
}
