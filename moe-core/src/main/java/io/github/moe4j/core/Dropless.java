package io.github.moe4j.core;

import java.util.stream.IntStream;

/** No limit: every assignment is kept, as in MegaBlocks' dMoE, torchtitan and Mixtral. */
public record Dropless() implements CapacityRule {
  @Override
  public CapacityResult apply(RouterDecision decision, PassMode mode) {
    Assignments all = decision.assignments();
    return CapacityResult.ofKept(all, IntStream.range(0, all.size()).toArray());
  }
}
