package io.github.moe4j.models.layout;

import java.util.List;
import java.util.function.Function;

/** Blocks under {@code layers.N.mlp}, as most models with SwiGLU experts have them. */
final class MlpForms {
  private MlpForms() {}

  /**
   * Published with three tensors per expert, kept by newer code in two tensors of all.
   *
   * @param others the parts beside router and experts, given the block's name
   */
  static List<List<LayoutPart>> of(
      MoeBlock block, BlockSizes sizes, Function<String, List<LayoutPart>> others) {
    return Roots.forms(Roots.MODEL, root -> {
      String mlp = root + "layers." + block.layer() + ".mlp";
      List<LayoutPart> router = List.of(GluParts.router(mlp + ".gate.weight", sizes));
      List<LayoutPart> rest = others.apply(mlp);
      return List.of(
          GluParts.join(router, GluParts.join(GluParts.perExpert(mlp, sizes), rest)),
          GluParts.join(router, GluParts.join(GluParts.fused(mlp, sizes), rest)));
    });
  }
}
