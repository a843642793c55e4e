package io.github.moe4j.models.layout;

import io.github.moe4j.models.layout.FusedPair.Order;
import java.util.List;
import java.util.stream.Stream;

/** Where checkpoints keep routers, gated experts and shared experts. */
final class GluParts {
  private GluParts() {}

  /** The router's matrix [E,D]. */
  static LayoutPart router(String tensor, BlockSizes sizes) {
    return WholeTensor.of(tensor, "router.weight", sizes.experts(), sizes.width());
  }

  /**
   * Three tensors per expert.
   *
   * @param expert a name with {@value TensorPerExpert#INDEX}, before {@code .gate.weight}
   */
  static List<LayoutPart> perExpert(
      String expert, String gate, String up, String down, BlockSizes sizes) {
    int e = sizes.experts();
    int h = sizes.hidden();
    int d = sizes.width();
    return List.of(
        TensorPerExpert.of(expert + "." + gate + ".weight", "experts.gate.weight", e, h, d),
        TensorPerExpert.of(expert + "." + up + ".weight", "experts.up.weight", e, h, d),
        TensorPerExpert.of(expert + "." + down + ".weight", "experts.down.weight", e, d, h));
  }

  /** The same by the names of most models. */
  static List<LayoutPart> perExpert(String block, BlockSizes sizes) {
    return perExpert(block + ".experts.{}", "gate_proj", "up_proj", "down_proj", sizes);
  }

  /** Two tensors of all experts. */
  static List<LayoutPart> fused(String block, Order order, Side side, BlockSizes sizes) {
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
  static List<LayoutPart> fused(String block, BlockSizes sizes) {
    return fused(block, Order.HALVES, Side.LEFT, sizes);
  }

  /** The shared expert. */
  static List<LayoutPart> shared(String expert, int width, int hidden) {
    return List.of(
        WholeTensor.stackOfOne(
            expert + ".gate_proj.weight", "shared.network.gate.weight", hidden, width),
        WholeTensor.stackOfOne(
            expert + ".up_proj.weight", "shared.network.up.weight", hidden, width),
        WholeTensor.stackOfOne(
            expert + ".down_proj.weight", "shared.network.down.weight", width, hidden));
  }

  /** Parts one after another. */
  static List<LayoutPart> join(List<LayoutPart> first, List<LayoutPart> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
