package io.github.moe4j.spark;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a rank does. It travels to the executors with all that it refers to, by Java's serialization: refer to numbers,
 * paths and seeds, and make arrays and layers there. An {@link org.nd4j.linalg.api.ndarray.INDArray} would be copied
 * through the heap into every rank.
 *
 * @param <T> its result, which travels back in the same way; serializable, such as a number, a text or a list
 */
@FunctionalInterface
public interface RankBody<T extends @Nullable Object> extends Serializable {
  /**
   * Runs one rank. Collective operations of its group are those of all ranks; if it throws, all others fail.
   *
   * @param rank its group is closed after this
   * @return its result
   * @throws Exception anything, which becomes the cause of the failure that the driver sees
   */
  T run(SparkRank rank) throws Exception;
}
