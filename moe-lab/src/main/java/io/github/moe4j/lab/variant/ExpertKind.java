package io.github.moe4j.lab.variant;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.ExpertOptions;

/**
 * One kind of experts.
 *
 * @param name on the command line
 * @param text what it is, a few words
 * @param formula what an expert makes of a token
 * @param matrices matrices of an expert: plain networks have two, and so more hidden units for as many
 *     operations
 * @param shared whether one more network serves every token
 * @param factory makes the routed experts
 */
public record ExpertKind(
    String name, String text, String formula, int matrices, boolean shared, Factory factory) {

  /** Makes experts. */
  @FunctionalInterface
  public interface Factory {
    /** New experts in float32; the same seed gives the same bits. */
    Experts create(ExpertOptions options, long seed);
  }

  /**
   * Hidden units of an expert, so that a token activates as many operations as with one gated network.
   *
   * @param activeHidden hidden units of that network
   * @param choices experts that a token is sent to
   */
  int hidden(int activeHidden, int choices) {
    int networks = choices + (shared ? 1 : 0);
    return Math.max(1, activeHidden * 3 / matrices / networks);
  }
}
