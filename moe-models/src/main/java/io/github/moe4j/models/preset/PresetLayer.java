package io.github.moe4j.models.preset;

import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ClampedSwiGlu;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.Gate;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.InputJitter;
import io.github.moe4j.routing.LinearGate;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Builds a layer with experts of a preset. */
final class PresetLayer {
  private static final DataType TYPE = DataType.FLOAT;
  private static final Initializer GATE = Initializer.normal(0.02);

  private PresetLayer() {}

  static MoeLayer create(Preset preset, long seed) {
    Sparse sparse = preset.architecture().sparse();
    int width = preset.architecture().modelWidth();
    SplittableRandom seeds = new SplittableRandom(seed);
    Gate gate = gate(sparse, width, seeds.nextLong());
    if (preset.routed().inputJitter() > 0) {
      gate = InputJitter.of(gate, preset.routed().inputJitter());
    }
    GatedRouter router = GatedRouter.of(gate, preset.routed().rules().rule(sparse.experts()));
    Experts experts = experts(sparse.expert(), sparse.experts(), width, seeds.nextLong());
    MoeLayer.Builder layer =
        MoeLayer.builder(router, experts).capacity(preset.routed().capacity()).name(preset.name());
    Sharing sharing = sparse.sharing();
    if (sharing != null) {
      layer.sharedExpert(shared(sharing, width, seeds));
    }
    return layer.build();
  }

  private static Gate gate(Sparse sparse, int width, long seed) {
    LinearGate gate = LinearGate.create(sparse.experts(), width, TYPE, GATE, seed);
    return sparse.routerBias()
        ? LinearGate.of(gate.parameters().get("weight"), Nd4j.zeros(TYPE, sparse.experts()))
        : gate;
  }

  private static Experts experts(FeedForwardShape network, int count, int width, long seed) {
    ExpertOptions options = ExpertOptions.of(count, width, network.hiddenWidth())
        .withActivation(network.activation())
        .withBiases(network.biases());
    if (network.clamped()) {
      return GluExperts.create(ClampedSwiGlu.gptOss(), options, seed);
    }
    return network.gated() ? GluExperts.create(options, seed) : FfnExperts.create(options, seed);
  }

  /** Several shared experts are one of their common width. */
  private static DenseFeedForward shared(Sharing sharing, int width, SplittableRandom seeds) {
    FeedForwardShape each = sharing.each();
    FeedForwardShape together = new FeedForwardShape(
        sharing.count() * each.hiddenWidth(),
        each.gated(),
        each.biases(),
        each.activation(),
        each.clamped());
    Experts network = experts(together, 1, width, seeds.nextLong());
    return sharing.gate()
        ? DenseFeedForward.gated(
            network, GATE.create(TYPE, new SplittableRandom(seeds.nextLong()), 1, width))
        : DenseFeedForward.of(network);
  }
}
