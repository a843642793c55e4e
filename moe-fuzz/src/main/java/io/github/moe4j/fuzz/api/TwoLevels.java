package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.HierarchicalExperts;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import io.github.moe4j.testkit.RandomArrays;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Groups of networks, each with a router of its own. Inner routers decide for each token alone, in float64, so that the
 * reference can ask them again.
 */
final class TwoLevels {
  private static final int MOST_EXPERTS = 3;

  private TwoLevels() {}

  /** As many groups as the options say experts. */
  static RandomExperts draw(SplittableRandom random, ExpertOptions options) {
    List<MoeLayer> groups = new ArrayList<>();
    List<Supplier<Reference>> references = new ArrayList<>();
    boolean smooth = true;
    for (int g = 0; g < options.experts(); g++) {
      int experts = 1 + random.nextInt(MOST_EXPERTS);
      RandomExperts networks = RandomExperts.plain(random, options.withExperts(experts));
      LinearGate gate =
          LinearGate.create(experts, options.modelWidth(), DataType.DOUBLE, random.nextLong());
      RandomArrays.fill(gate.parameters(), random, 1);
      MoeLayer group = MoeLayer.builder(
              GatedRouter.of(gate, TopK.of(1 + random.nextInt(experts))), networks.experts())
          .weightAt(Draw.of(random, WeightAt.values()))
          .build();
      groups.add(group);
      references.add(reference(group, networks.reference()));
      smooth &= networks.smooth();
    }
    return new RandomExperts(
        HierarchicalExperts.of(groups),
        RandomExperts.joined(references, groups.stream().mapToInt(group -> 1).toArray()),
        "groups of networks",
        true,
        smooth,
        false);
  }

  /** The sum over the experts that the router of a group chooses. */
  private static Supplier<Reference> reference(MoeLayer group, Supplier<Reference> experts) {
    return () -> {
      Reference now = experts.get();
      return (one, x) -> {
        Assignments chosen = chosen(group, x);
        boolean atInput = group.weightAt() == WeightAt.INPUT;
        double[] y = new double[x.length];
        for (int n = 0; n < chosen.size(); n++) {
          double weight = chosen.weight(n);
          double[] row = x.clone();
          for (int d = 0; d < row.length; d++) {
            row[d] *= atInput ? weight : 1;
          }
          double[] output = now.apply(chosen.expert(n), row);
          for (int d = 0; d < y.length; d++) {
            y[d] += (atInput ? 1 : weight) * output[d];
          }
        }
        return y;
      };
    };
  }

  private static Assignments chosen(MoeLayer group, double... x) {
    INDArray token = RandomArrays.of(group.dataType(), x, 1, x.length);
    try (Arena.Scope scope = new Arena().open()) {
      return group
          .router()
          .route(TokenBatch.evaluation(token), scope)
          .decision()
          .assignments();
    }
  }
}
