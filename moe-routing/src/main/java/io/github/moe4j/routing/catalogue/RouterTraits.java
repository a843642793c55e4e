package io.github.moe4j.routing.catalogue;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The properties of a router needed to build, balance or compare it.
 *
 * @param choices experts per token
 * @param load whether loads are balanced by design
 * @param bias whether and where it reads an expert bias
 * @param needs inputs that it requires
 */
public record RouterTraits(
    ChoiceCount choices, LoadByDesign load, BiasUse bias, Set<RouterNeed> needs) {
  /** Copies. */
  public RouterTraits {
    needs = needs.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(needs));
  }

  /** Not balanced by design, without a bias, without needs. */
  public static RouterTraits of(ChoiceCount choices) {
    return new RouterTraits(choices, LoadByDesign.UNEVEN, BiasUse.NONE, Set.of());
  }

  /** The same with loads balanced by design. */
  public RouterTraits withLoad(LoadByDesign other) {
    return new RouterTraits(choices, other, bias, needs);
  }

  /** The same, reading an expert bias. */
  public RouterTraits withBias(BiasUse other) {
    return new RouterTraits(choices, load, other, needs);
  }

  /** The same with these needs. */
  public RouterTraits withNeeds(RouterNeed... others) {
    return new RouterTraits(choices, load, bias, Set.copyOf(Arrays.asList(others)));
  }

  /**
   * Default losses, by their names in the catalogue of moe-balance, of a router without its own
   * mechanism: the Switch loss and the z-loss; none if loads are balanced by design.
   */
  public List<String> usualLosses() {
    return load == LoadByDesign.UNEVEN ? List.of("switch", "z-loss") : List.of();
  }

  /** Whether it reads an expert bias. */
  public boolean readsBias() {
    return bias != BiasUse.NONE;
  }

  /** Whether it needs this. */
  public boolean needs(RouterNeed need) {
    return needs.contains(need);
  }

  /** Whether the decision for a token may depend on later tokens, so that a causal model leaks. */
  public boolean readsLaterTokens() {
    return needs(RouterNeed.OTHER_TOKENS) || needs(RouterNeed.OTHER_TOKENS_IN_TRAINING);
  }
}
