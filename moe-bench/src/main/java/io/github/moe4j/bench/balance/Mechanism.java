package io.github.moe4j.bench.balance;

import io.github.moe4j.bench.lab.Contender;
import io.github.moe4j.bench.lab.LabOptions;
import io.github.moe4j.bench.lab.LayerOptions;
import io.github.moe4j.bench.lab.Recipe;
import io.github.moe4j.bench.lab.balance.Balancing;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.SelectionBias;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import java.util.ArrayList;
import java.util.List;

/**
 * One way to balance, with the router it is studied with.
 *
 * @param name on the command line and in the table
 * @param description what it is, with its settings, in a few words
 * @param when what speaks for it and against it, in a few words; empty for none
 * @param page its page among the docs of balance, without extension; empty for none
 * @param router what it balances
 * @param evens what it evens out, which its bound is about
 * @param bound what it promises
 * @param factory starts it for a new model
 */
public record Mechanism(
    String name,
    String description,
    String when,
    String page,
    StudiedRouter router,
    Evens evens,
    Bound bound,
    Factory factory) {

  /** Starts a mechanism. */
  @FunctionalInterface
  public interface Factory {
    /**
     * A new one.
     *
     * @param biases selection bias of each block's router
     * @param steps optimiser steps of the whole run
     */
    Balancing create(LayerOptions options, List<SelectionBias> biases, int steps);
  }

  /** Whether nothing balances. */
  public boolean isNone() {
    return page.isEmpty();
  }

  /**
   * The lab's model with this router and mechanism, dropless.
   *
   * @param run steps and blocks of the model
   */
  Contender contender(Start start, LabOptions run) {
    return new Contender(name, description, options -> recipe(options, start, run));
  }

  private Recipe recipe(LayerOptions options, Start start, LabOptions run) {
    List<SelectionBias> biases = new ArrayList<>();
    for (int b = 0; b < run.model().blocks(); b++) {
      biases.add(SelectionBias.zeros(options.experts()));
    }
    List<SelectionBias> unused = new ArrayList<>(biases);
    ExpertOptions experts =
        ExpertOptions.of(options.experts(), options.width(), options.activeHidden() / options.k());
    return new Recipe(
        (layer, seed, arena) -> MoeLayer.builder(
                router.create(options, start, unused.remove(0), seed + 1),
                GluExperts.create(experts, seed))
            .arena(arena)
            .name(layer)
            .build(),
        factory.create(options, biases, run.steps()));
  }
}
