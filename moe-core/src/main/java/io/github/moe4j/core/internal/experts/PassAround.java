package io.github.moe4j.core.internal.experts;

import io.github.moe4j.core.ActivationTimed;
import io.github.moe4j.core.ExchangeTimed;
import io.github.moe4j.core.ExpertsInMemory;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.MoePasses;
import java.util.List;

/** A pass of experts around that of others, whose times, counts and inner passes are its own. */
public interface PassAround
    extends ExpertsPass, MoePasses, ActivationTimed, ExchangeTimed, ExpertsInMemory {
  /** The pass within. */
  ExpertsPass run();

  @Override
  default List<MoePass> moe() {
    return MoePasses.in(run());
  }

  @Override
  default double activationShare() {
    return ActivationTimed.shareOf(run());
  }

  @Override
  default long exchangeNanos() {
    return ExchangeTimed.nanosOf(run());
  }

  @Override
  default int hits() {
    return ExpertsInMemory.hitsOf(run());
  }

  @Override
  default int misses() {
    return ExpertsInMemory.missesOf(run());
  }
}
