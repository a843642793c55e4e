package io.github.moe4j.lab.balance;

import io.github.moe4j.balance.catalogue.LossSizes;
import io.github.moe4j.core.ExpertBias;
import java.util.List;

/**
 * The model that mechanisms are started for.
 *
 * @param biases selection bias of each block's router
 * @param steps optimizer steps of the whole run
 */
public record MechanismSetup(BalancedSizes sizes, List<ExpertBias> biases, int steps) {
  /** Copies. */
  public MechanismSetup {
    biases = List.copyOf(biases);
  }

  /** The sizes that losses depend on. */
  LossSizes losses() {
    return new LossSizes(sizes.experts(), sizes.k(), StudiedDevices.count(sizes.experts()));
  }
}
