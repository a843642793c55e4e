package io.github.moe4j.lab.variant;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.FeedForward;
import io.github.moe4j.core.TokenScores.Kind;
import java.util.Set;

/**
 * How one model is built and balanced; created for each model.
 *
 * @param layers makes the feed-forward part of each block, first block first
 * @param balancer their balancer
 * @param reads kinds of scores that the balancer's losses read
 */
public record Recipe(LayerFactory layers, Balancer balancer, Set<Kind> reads) {
  /** Copies. */
  public Recipe {
    reads = Set.copyOf(reads);
  }

  /** Makes the feed-forward part of a block. */
  @FunctionalInterface
  public interface LayerFactory {
    /**
     * A new layer; the same seed gives the same bits.
     *
     * @param name of the layer
     * @param arena memory of its passes
     */
    FeedForward create(String name, long seed, Arena arena);
  }
}
