package io.github.moe4j.bench.lab;

import io.github.moe4j.balance.CompositeLoss;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.bench.lab.balance.LossesAndControllers;
import io.github.moe4j.core.CapacityRule;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.RoutingRule;
import io.github.moe4j.routing.Switch;
import io.github.moe4j.routing.TopK;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;

/** All contenders of the lab, in the order of its table. */
public final class Contenders {
  private static final CompositeLoss NOTHING = CompositeLoss.builder().build();
  private static final CompositeLoss SWITCH_AND_Z =
      CompositeLoss.builder().add(SwitchLoss.of(0.01)).add(new ZLoss(1e-3)).build();

  private static final List<Contender> ALL = List.of(
      new Contender(
          "dense",
          "One SwiGLU network that every token sees.",
          options -> new Recipe(
              (name, seed, arena) -> DenseFeedForward.of(GluExperts.create(
                      ExpertOptions.of(1, options.width(), options.activeHidden()), seed))
                  .withArena(arena),
              LossesAndControllers.of(NOTHING))),
      moe(
          "topk",
          "Top-k of a softmax, weights renormalised if k > 1, dropless, with no balance loss.",
          true,
          Contenders::topK,
          new Dropless(),
          NOTHING),
      moe(
          "topk-balanced",
          "Top-k of a softmax, weights renormalised if k > 1, dropless, with Switch loss (0.01) and"
              + " z-loss (0.001).",
          true,
          Contenders::topK,
          new Dropless(),
          SWITCH_AND_Z),
      moe(
          "switch",
          "Switch top-1, capacity factor 1.25, drop by position, Switch loss (0.01), z-loss (0.001).",
          false,
          options -> new Switch(),
          LimitedCapacity.ofFactor(1.25),
          SWITCH_AND_Z));

  private Contenders() {}

  /** All contenders. */
  public static List<Contender> all() {
    return ALL;
  }

  /** The contender of a name; an error that lists the names if there is none. */
  public static Contender named(String name) {
    return ALL.stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("router must be one of %s but was %s"
            .formatted(ALL.stream().map(Contender::name).toList(), name)));
  }

  /** With one choice renormalised weights would always be 1 and the router could not learn. */
  private static TopK topK(LayerOptions options) {
    return options.k() == 1 ? TopK.unnormalised(1) : TopK.of(options.k());
  }

  private static Contender moe(
      String name,
      String description,
      boolean usesK,
      Function<LayerOptions, RoutingRule> rule,
      CapacityRule capacity,
      CompositeLoss loss) {
    return new Contender(
        name,
        description,
        options -> new Recipe(
            (layer, seed, arena) -> {
              int hidden = options.activeHidden() / (usesK ? options.k() : 1);
              ExpertOptions experts = ExpertOptions.of(options.experts(), options.width(), hidden);
              LinearGate gate =
                  LinearGate.create(options.experts(), options.width(), DataType.FLOAT, seed + 1);
              return MoeLayer.builder(
                      GatedRouter.of(gate, rule.apply(options)), GluExperts.create(experts, seed))
                  .capacity(capacity)
                  .arena(arena)
                  .name(layer)
                  .build();
            },
            LossesAndControllers.of(loss)));
  }
}
