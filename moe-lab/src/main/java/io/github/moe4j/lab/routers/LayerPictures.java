package io.github.moe4j.lab.routers;

import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.FeedForwardPass;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.HierarchicalExperts;
import io.github.moe4j.core.soft.SoftMoe;
import io.github.moe4j.core.soft.SoftMoeOptions;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The assignments of layers that are not plain routers, for the example of {@link RouterExample}. */
final class LayerPictures {
  private static final int TOKENS = RouterExample.TOKENS;
  private static final int EXPERTS = RouterExample.EXPERTS;
  private static final int GROUPS = 2;

  private LayerPictures() {}

  /**
   * The combine weights of Soft MoE with one slot an expert: each expert answers with a unit vector
   * of its own, so that the output is the weights.
   */
  static double[][] softMoe() {
    INDArray x = RouterExample.input().x();
    Experts units = FfnExperts.of(
        Activation.RELU,
        Nd4j.zeros(DataType.DOUBLE, EXPERTS, 1, EXPERTS),
        Nd4j.zeros(DataType.DOUBLE, EXPERTS, 1),
        Nd4j.zeros(DataType.DOUBLE, EXPERTS, EXPERTS, 1),
        Nd4j.eye(EXPERTS).castTo(DataType.DOUBLE));
    INDArray slots = Nd4j.eye(EXPERTS).castTo(DataType.DOUBLE).reshape('c', EXPERTS, 1, EXPERTS);
    SoftMoe layer = SoftMoe.of(units, slots, SoftMoeOptions.lucidrains());
    try (FeedForwardPass run = layer.forward(TokenBatch.evaluation(x))) {
      return run.y().toDoubleMatrix();
    }
  }

  /** The products of outer and inner weights: one of two groups, then two of its four experts. */
  static double[][] hierarchical() {
    INDArray x = RouterExample.input().x();
    INDArray scores = Nd4j.eye(EXPERTS).castTo(DataType.DOUBLE);
    int size = EXPERTS / GROUPS;
    List<MoeLayer> inner = IntStream.range(0, GROUPS)
        .mapToObj(g -> layer(
            scores.get(NDArrayIndex.interval(g * size, (g + 1) * size)).dup('c'),
            TopK.of(2),
            new CopyExperts(size, EXPERTS, DataType.DOUBLE)))
        .toList();
    INDArray means = Nd4j.zeros(DataType.DOUBLE, GROUPS, EXPERTS);
    for (int e = 0; e < EXPERTS; e++) {
      means.putScalar(e / size, e, 1.0 / GROUPS);
    }
    MoeLayer outer = layer(means, TopK.unnormalized(1), HierarchicalExperts.of(inner));
    double[][] weights = new double[TOKENS][EXPERTS];
    try (MoePass pass = outer.forward(TokenBatch.evaluation(x))) {
      DispatchPlan groups = pass.plan();
      for (int g = 0; g < GROUPS; g++) {
        Assignments within = pass.moe().get(1 + g).decision().assignments();
        for (int n = 0; n < within.size(); n++) {
          int row = groups.expertStart()[g] + within.token(n);
          weights[groups.token(row)][g * size + within.expert(n)] =
              groups.weight(row) * within.weight(n);
        }
      }
    }
    return weights;
  }

  private static MoeLayer layer(INDArray gate, TopK rule, Experts experts) {
    return MoeLayer.of(GatedRouter.of(LinearGate.of(gate), rule), experts);
  }
}
