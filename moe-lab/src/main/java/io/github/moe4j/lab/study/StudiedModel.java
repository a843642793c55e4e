package io.github.moe4j.lab.study;

import io.github.moe4j.core.ExpertBias;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.lab.balance.BalancedSizes;
import io.github.moe4j.lab.balance.InitialRouting;
import io.github.moe4j.lab.balance.Mechanism;
import io.github.moe4j.lab.balance.MechanismSetup;
import io.github.moe4j.lab.variant.LayerOptions;
import io.github.moe4j.lab.variant.ModelSizes;
import io.github.moe4j.lab.variant.Recipe;
import io.github.moe4j.lab.variant.Variant;
import java.util.ArrayList;
import java.util.List;

/** The lab's model with a mechanism and the router that it is studied with, dropless. */
final class StudiedModel {
  private StudiedModel() {}

  /** A variant for the lab's trainer. */
  static Variant of(Mechanism mechanism, InitialRouting start) {
    return new Variant(
        mechanism.name(),
        mechanism.description(),
        List.of(),
        sizes -> recipe(mechanism, start, sizes));
  }

  private static Recipe recipe(Mechanism mechanism, InitialRouting start, ModelSizes run) {
    LayerOptions options = run.layer();
    List<ExpertBias> biases = run.newBiases(options.experts());
    List<ExpertBias> unused = new ArrayList<>(biases);
    BalancedSizes sizes = options.balanced();
    ExpertOptions experts =
        ExpertOptions.of(options.experts(), options.width(), options.activeHidden() / options.k());
    return new Recipe(
        (layer, seed, arena) -> MoeLayer.builder(
                mechanism.router().create(sizes, start, unused.remove(0), seed + 1),
                GluExperts.create(experts, seed))
            .arena(arena)
            .name(layer)
            .build(),
        mechanism.start(new MechanismSetup(sizes, biases, run.steps())),
        mechanism.reads());
  }
}
