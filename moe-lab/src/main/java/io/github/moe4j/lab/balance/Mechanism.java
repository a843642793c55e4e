package io.github.moe4j.lab.balance;

import io.github.moe4j.core.ExpertBias;
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
    LoadUnit evens,
    BalanceTarget bound,
    Factory factory) {

  /** Starts a mechanism. */
  @FunctionalInterface
  public interface Factory {
    /**
     * A new one.
     *
     * @param biases selection bias of each block's router
     * @param steps optimizer steps of the whole run
     */
    Balancing create(BalancedSizes sizes, List<ExpertBias> biases, int steps);
  }

  /** Whether nothing balances. */
  public boolean isNone() {
    return page.isEmpty();
  }

  /** Whether it acts on the selection bias of routers, which must read one then. */
  public boolean steersBias(BalancedSizes sizes) {
    return router.readsBias()
        && factory.create(sizes, List.of(ExpertBias.zeros(sizes.experts())), 1)
            instanceof LossesAndControllers all
        && !all.controllers().isEmpty();
  }
}
