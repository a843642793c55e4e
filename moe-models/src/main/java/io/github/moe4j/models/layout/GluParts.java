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

  /**
   * Three tensors of all experts, [E,out,in], as MLX keeps them.
   *
   * @param experts the name before {@code .gate_proj.weight}
   */
  static List<LayoutPart> stacked(String experts, BlockSizes sizes) {
    int e = sizes.experts();
    int h = sizes.hidden();
    int d = sizes.width();
    return List.of(
        stacked(experts + ".gate_proj.weight", "experts.gate.weight", e, h, d),
        stacked(experts + ".up_proj.weight", "experts.up.weight", e, h, d),
        stacked(experts + ".down_proj.weight", "experts.down.weight", e, d, h));
  }

  private static LayoutPart stacked(String tensor, String parameter, int e, int out, int in) {
    return StackedTensor.of(tensor, parameter, Side.LEFT, e, out, in);
  }

  /** The same with biases [E,out]. */
  static List<LayoutPart> stackedWithBiases(String experts, BlockSizes sizes) {
    int e = sizes.experts();
    int h = sizes.hidden();
    return join(
        stacked(experts, sizes),
        List.of(
            WholeTensor.of(experts + ".gate_proj.bias", "experts.gate.bias", e, h),
            WholeTensor.of(experts + ".up_proj.bias", "experts.up.bias", e, h),
            WholeTensor.of(experts + ".down_proj.bias", "experts.down.bias", e, sizes.width())));
  }

  /** Three tensors per expert by the usual names, with biases. */
  static List<LayoutPart> perExpertWithBiases(String expert, BlockSizes sizes) {
    int e = sizes.experts();
    int h = sizes.hidden();
    return join(
        perExpert(expert, "gate_proj", "up_proj", "down_proj", sizes),
        List.of(
            TensorPerExpert.of(expert + ".gate_proj.bias", "experts.gate.bias", e, h),
            TensorPerExpert.of(expert + ".up_proj.bias", "experts.up.bias", e, h),
            TensorPerExpert.of(expert + ".down_proj.bias", "experts.down.bias", e, sizes.width())));
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

  /** The same by the names of Granite and JetMoE. */
  static List<LayoutPart> linear(String block, BlockSizes sizes) {
    return List.of(
        FusedPair.weights(block + ".input_linear.weight", sizes, Order.HALVES, Side.LEFT),
        stacked(
            block + ".output_linear.weight",
            "experts.down.weight",
            sizes.experts(),
            sizes.width(),
            sizes.hidden()));
  }

  /** The shared expert. */
  static List<LayoutPart> shared(String expert, int width, int hidden) {
    return shared(expert, BlockNames.MLP, width, hidden);
  }

  /** The same with projections of other names. */
  static List<LayoutPart> shared(String expert, BlockNames names, int width, int hidden) {
    return List.of(
        WholeTensor.stackOfOne(
            expert + "." + names.gate() + ".weight", "shared.network.gate.weight", hidden, width),
        WholeTensor.stackOfOne(
            expert + "." + names.up() + ".weight", "shared.network.up.weight", hidden, width),
        WholeTensor.stackOfOne(
            expert + "." + names.down() + ".weight", "shared.network.down.weight", width, hidden));
  }

  /** The biases of the shared expert. */
  static List<LayoutPart> sharedBiases(String expert, int width, int hidden) {
    return List.of(
        bias(expert + ".gate_proj.bias", "shared.network.gate.bias", hidden),
        bias(expert + ".up_proj.bias", "shared.network.up.bias", hidden),
        bias(expert + ".down_proj.bias", "shared.network.down.bias", width));
  }

  private static LayoutPart bias(String tensor, String parameter, int length) {
    return new WholeTensor(Place.of(tensor, length), Place.of(parameter, 1, length));
  }

  /** The shared expert, or none if its width is 0. */
  static List<LayoutPart> sharedIfAny(String expert, int width, int hidden) {
    return hidden == 0 ? List.of() : shared(expert, width, hidden);
  }

  /** Parts one after another. */
  static List<LayoutPart> join(List<LayoutPart> first, List<LayoutPart> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
