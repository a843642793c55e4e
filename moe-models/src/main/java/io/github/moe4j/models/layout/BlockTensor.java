package io.github.moe4j.models.layout;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that a sparse block is read from.
 *
 * @param name its name in the model, with the prefix of other tools if there is one
 * @param shape of its numbers, as the config demands it
 * @param stored the tensors of the files that keep it, such as a weight and its scales; none if the model has no such
 *     tensor
 * @param isOfExperts whether it belongs to the experts' networks
 * @param fault why it cannot be read: missing, in a file that is missing or damaged, of another shape, or of a type that
 *     is not supported; null if nothing in the headers of the files is against it
 */
public record BlockTensor(
    String name,
    List<Long> shape,
    List<String> stored,
    boolean isOfExperts,
    @Nullable String fault) {
  /** Copies the lists. */
  public BlockTensor {
    shape = List.copyOf(shape);
    stored = List.copyOf(stored);
  }
}
