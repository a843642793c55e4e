package io.github.moe4j.lab.variant;

import io.github.moe4j.core.capacity.CapacityFormula;

/**
 * One formula of how many assignments an expert takes.
 *
 * @param name on the command line
 * @param text what it is, a few words
 * @param formula limit of an expert for T tokens, k choices, E experts and the number f
 * @param factory makes it
 */
public record CapacityKind(String name, String text, String formula, Factory factory) {

  /** Makes a formula. */
  @FunctionalInterface
  public interface Factory {
    /**
     * A formula.
     *
     * @param number after the name on the command line
     */
    CapacityFormula create(double number, int k);
  }
}
