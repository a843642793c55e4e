package io.github.moe4j.bench.balance;

import io.github.moe4j.bench.lab.balance.BalancedSizes;
import io.github.moe4j.bench.lab.balance.Mechanism;
import io.github.moe4j.bench.lab.balance.MechanismSetup;
import io.github.moe4j.bench.lab.balance.Start;
import io.github.moe4j.bench.lab.contender.Contender;
import io.github.moe4j.bench.lab.contender.LayerOptions;
import io.github.moe4j.bench.lab.contender.ModelSizes;
import io.github.moe4j.bench.lab.contender.Recipe;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.SelectionBias;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import java.util.ArrayList;
import java.util.List;

/** The lab's model with a mechanism and the router that it is studied with, dropless. */
final class StudiedModel {
  private StudiedModel() {}

  /** A contender for the lab's trainer. */
  static Contender of(Mechanism mechanism, Start start) {
    return new Contender(
        mechanism.name(),
        mechanism.description(),
        List.of(),
        sizes -> recipe(mechanism, start, sizes));
  }

  private static Recipe recipe(Mechanism mechanism, Start start, ModelSizes run) {
    LayerOptions options = run.layer();
    List<SelectionBias> biases = run.newBiases(options.experts());
    List<SelectionBias> unused = new ArrayList<>(biases);
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
        mechanism.start(new MechanismSetup(sizes, biases, run.steps())));
  }
}
