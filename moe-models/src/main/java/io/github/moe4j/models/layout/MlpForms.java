package io.github.moe4j.models.layout;

import io.github.moe4j.models.layout.FusedPair.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The forms of blocks with SwiGLU experts. */
final class MlpForms {
  private MlpForms() {}

  /**
   * Under {@code layers.N.mlp}, published with three tensors per expert.
   *
   * @param others the parts beside router and experts, given the block's name
   */
  static List<List<LayoutPart>> of(
      MoeBlock block, BlockSizes sizes, Function<String, List<LayoutPart>> others) {
    return of(Roots.MODEL, block, BlockNames.MLP, sizes, others);
  }

  /** The same under other names: three tensors per expert; two of all, in newer code; three of all, in MLX. */
  static List<List<LayoutPart>> of(
      List<String> roots,
      MoeBlock block,
      BlockNames names,
      BlockSizes sizes,
      Function<String, List<LayoutPart>> others) {
    return forms(roots, block, names, sizes, others, module -> experts(module, names, sizes));
  }

  /** Under {@code block_sparse_moe} with Mixtral's names, and under {@code mlp} in newer code. */
  static List<List<LayoutPart>> mixtral(
      List<String> roots,
      MoeBlock block,
      BlockSizes sizes,
      Function<String, List<LayoutPart>> others) {
    List<List<LayoutPart>> all = new ArrayList<>();
    all.addAll(of(roots, block, BlockNames.mixtral("block_sparse_moe"), sizes, others));
    all.addAll(of(roots, block, BlockNames.MLP, sizes, others));
    return List.copyOf(all);
  }

  /**
   * Published with two tensors of all experts.
   *
   * @param side from which they are multiplied as published
   */
  static List<List<LayoutPart>> stacked(
      List<String> roots,
      MoeBlock block,
      BlockNames names,
      Side side,
      BlockSizes sizes,
      Function<String, List<LayoutPart>> others) {
    Side other = side == Side.LEFT ? Side.RIGHT : Side.LEFT;
    return forms(roots, block, names, sizes, others, module -> {
      List<List<LayoutPart>> all = new ArrayList<>();
      all.add(GluParts.fused(module, Order.HALVES, side, sizes));
      all.add(GluParts.fused(module, Order.HALVES, other, sizes));
      all.addAll(experts(module, names, sizes));
      return all;
    });
  }

  private static List<List<LayoutPart>> experts(String module, BlockNames names, BlockSizes sizes) {
    return List.of(
        GluParts.perExpert(module + ".experts.{}", names.gate(), names.up(), names.down(), sizes),
        GluParts.fused(module, sizes),
        GluParts.stacked(module + ".switch_mlp", sizes),
        GluParts.stacked(module + ".experts", sizes));
  }

  private static List<List<LayoutPart>> forms(
      List<String> roots,
      MoeBlock block,
      BlockNames names,
      BlockSizes sizes,
      Function<String, List<LayoutPart>> others,
      Function<String, List<List<LayoutPart>>> experts) {
    return Roots.forms(roots, root -> {
      String module = root + "layers." + block.layer() + "." + names.module();
      List<LayoutPart> rest = GluParts.join(
          List.of(GluParts.router(module + "." + names.router(), sizes)), others.apply(module));
      return experts.apply(module).stream()
          .map(parts -> GluParts.join(rest, parts))
          .toList();
    });
  }
}
