package io.github.moe4j.parallel;

import io.github.moe4j.core.internal.ArrayBytes;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Rows that keep their order when they are moved.
 *
 * @param from first row where they come from
 * @param to first row where they go
 * @param count rows
 */
record RowBlock(int from, int to, int count) {
  /** The same moves in as few blocks as possible. */
  static List<RowBlock> joined(List<RowBlock> blocks) {
    List<RowBlock> all = new ArrayList<>();
    for (RowBlock block : blocks) {
      RowBlock last = all.isEmpty() ? null : all.get(all.size() - 1);
      if (last != null
          && last.from + last.count == block.from
          && last.to + last.count == block.to) {
        all.set(all.size() - 1, new RowBlock(last.from, last.to, last.count + block.count));
      } else {
        all.add(block);
      }
    }
    return List.copyOf(all);
  }

  /** Moves rows. Modifies the target. */
  static void move(List<RowBlock> blocks, INDArray source, INDArray target) {
    for (RowBlock block : blocks) {
      copy(source, block.from, target, block.to, block.count);
    }
  }

  /** Moves rows back to where they came from. Modifies the target. */
  static void moveBack(List<RowBlock> blocks, INDArray source, INDArray target) {
    for (RowBlock block : blocks) {
      copy(source, block.to, target, block.from, block.count);
    }
  }

  private static void copy(INDArray source, long from, INDArray target, long to, long count) {
    long width = source.size(1);
    ArrayBytes.of(target, to * width, count * width)
        .put(ArrayBytes.of(source, from * width, count * width));
    Reference.reachabilityFence(source);
    Reference.reachabilityFence(target);
  }
}
