package io.github.moe4j.core;

import java.util.List;

/**
 * A pass that contains passes of Mixture-of-Experts layers: of a {@link MoeLayer}, of a layer around
 * one, or of experts that are such layers. Optional: other passes contain none.
 */
@FunctionalInterface
public interface MoePasses {
  /**
   * The passes, outer before inner. Balance losses read their decisions and {@linkplain
   * MoePass#addBalance add} gradients before backward.
   */
  List<MoePass> moe();

  /** The Mixture-of-Experts passes in a pass of a layer or of experts; none in a dense one. */
  static List<MoePass> in(Object pass) {
    return pass instanceof MoePasses holder ? holder.moe() : List.of();
  }
}
