package io.github.moe4j.bench.lab;

import io.github.moe4j.balance.BalanceLoss;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.FeedForward;
import java.util.List;

/**
 * One way to build and train the feed-forward parts of the lab's model.
 *
 * @param name short name, as on the command line
 * @param description one plain sentence
 * @param layer makes the feed-forward part of a block
 * @param losses balance losses, evaluated over all blocks together
 */
public record Contender(
    String name, String description, LayerFactory layer, List<BalanceLoss> losses) {

  /** Makes the feed-forward part of a block. */
  @FunctionalInterface
  public interface LayerFactory {
    /**
     * A new layer; the same seed gives the same bits.
     *
     * @param arena memory of its passes
     */
    FeedForward create(LayerOptions options, long seed, Arena arena);
  }

  /** Copies the losses. */
  public Contender {
    losses = List.copyOf(losses);
  }
}
