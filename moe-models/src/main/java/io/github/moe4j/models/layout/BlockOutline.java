package io.github.moe4j.models.layout;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a sparse block is, by its config and the headers of its files.
 *
 * @param block where it is
 * @param experts E that the router chooses among, with those that have no weights
 * @param networks experts that have weights
 * @param choices experts K of each token
 * @param width D
 * @param hidden H of an expert
 * @param sharedHidden H of the shared expert; 0 if there is none
 * @param router how experts are chosen and weighed, in words
 * @param capacity how many tokens an expert takes, in words
 * @param form how the files keep the experts, in words
 * @param parameters shapes of the layer's parameters by their names in the layer; without the selection bias and the
 *     table of token ids, which are state of the router
 * @param tensors what the block is read from
 */
public record BlockOutline(
    MoeBlock block,
    int experts,
    int networks,
    int choices,
    int width,
    int hidden,
    int sharedHidden,
    String router,
    String capacity,
    String form,
    Map<String, List<Long>> parameters,
    List<BlockTensor> tensors) {
  /** Copies map and list. */
  public BlockOutline {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    tensors = List.copyOf(tensors);
  }

  /** Whether all tensors can be read, as far as the headers of the files tell. */
  public boolean isWhole() {
    return tensors.stream().allMatch(tensor -> tensor.fault() == null);
  }

  /** Numbers in all parameters. */
  public long count() {
    return parameters.values().stream().mapToLong(BlockOutline::length).sum();
  }

  /** Numbers in the parameters of the experts' networks. */
  public long expertCount() {
    return parameters.entrySet().stream()
        .filter(parameter -> isOfExperts(parameter.getKey(), parameter.getValue()))
        .mapToLong(parameter -> length(parameter.getValue()))
        .sum();
  }

  /**
   * Numbers in the parameters that a token is computed with: router, shared expert, and K of the experts with weights, or
   * all if they are fewer.
   */
  public long activeCount() {
    return count() - expertCount() + expertCount() / networks * Math.min(choices, networks);
  }

  /** Whether a parameter of the layer has an index of experts. */
  static boolean isOfExperts(String name, List<Long> shape) {
    return name.startsWith("experts.") && shape.size() > 1;
  }

  private static long length(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
  }
}
