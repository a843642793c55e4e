package io.github.moe4j.models.layout;

import io.github.moe4j.models.layout.FusedPair.Order;
import java.util.List;
import java.util.stream.Stream;

/** Where checkpoints keep routers, gated experts and shared experts. */
final class GluParts {
  private GluParts() {}

  /** The router's matrix [E,D]. */
  static Part router(String tensor, Sizes sizes) {
    return WholeTensor.of(tensor, "router.weight", sizes.experts(), sizes.width());
  }

  /**
   * Three tensors an expert.
   *
   * @param expert a name with {@value TensorPerExpert#INDEX}, before {@code .gate.weight}
   */
  static List<Part> perExpert(String expert, String gate, String up, String down, Sizes sizes) {
    int e = sizes.experts();
    int h = sizes.hidden();
    int d = sizes.width();
    return List.of(
        TensorPerExpert.of(expert + "." + gate + ".weight", "experts.gate.weight", e, h, d),
        TensorPerExpert.of(expert + "." + up + ".weight", "experts.up.weight", e, h, d),
        TensorPerExpert.of(expert + "." + down + ".weight", "experts.down.weight", e, d, h));
  }

  /** The same by the names of most models. */
  static List<Part> perExpert(String block, Sizes sizes) {
    return perExpert(block + ".experts.{}", "gate_proj", "up_proj", "down_proj", sizes);
  }

  /** Two tensors of all experts. */
  static List<Part> fused(String block, Order order, Side side, Sizes sizes) {
    return List.of(
        FusedPair.weights(block + ".experts.gate_up_proj", sizes, order, side),
        StackedTensor.of(
            block + ".experts.down_proj",
            "experts.down.weight",
            side,
            sizes.experts(),
            sizes.width(),
            sizes.hidden()));
  }

  /** The same as newer code of Hugging Face keeps it: halves, multiplied from the left. */
  static List<Part> fused(String block, Sizes sizes) {
    return fused(block, Order.HALVES, Side.LEFT, sizes);
  }

  /** The expert that every token sees. */
  static List<Part> shared(String expert, int width, int hidden) {
    return List.of(
        WholeTensor.stackOfOne(
            expert + ".gate_proj.weight", "shared.network.gate.weight", hidden, width),
        WholeTensor.stackOfOne(
            expert + ".up_proj.weight", "shared.network.up.weight", hidden, width),
        WholeTensor.stackOfOne(
            expert + ".down_proj.weight", "shared.network.down.weight", width, hidden));
  }

  /** Parts one after another. */
  static List<Part> join(List<Part> first, List<Part> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
