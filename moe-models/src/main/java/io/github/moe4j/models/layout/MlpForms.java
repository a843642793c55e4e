package io.github.moe4j.models.layout;

import java.util.List;
import java.util.function.Function;

/** Blocks under {@code layers.N.mlp}, as most models with SwiGLU experts have them. */
final class MlpForms {
  private MlpForms() {}

  /**
   * Published with three tensors an expert, kept by newer code in two tensors of all.
   *
   * @param others the parts beside router and experts, given the block's name
   */
  static List<List<Part>> of(MoeBlock block, Sizes sizes, Function<String, List<Part>> others) {
    return Roots.forms(Roots.MODEL, root -> {
      String mlp = root + "layers." + block.layer() + ".mlp";
      List<Part> router = List.of(GluParts.router(mlp + ".gate.weight", sizes));
      List<Part> rest = others.apply(mlp);
      return List.of(
          GluParts.join(router, GluParts.join(GluParts.perExpert(mlp, sizes), rest)),
          GluParts.join(router, GluParts.join(GluParts.fused(mlp, sizes), rest)));
    });
  }
}
