package io.github.moe4j.bench.peers;

import java.util.Map;

/** A layer in a system, with its weights and inputs in place. */
public interface PeerLayer extends AutoCloseable {
  /** One pass, which is timed. Gradients of passes may add up. */
  void run();

  /**
   * The results of one pass, with gradients starting from zero, with the names and shapes of this library: {@code
   * y} [T,D], and in training {@code dx} [T,D], {@code router.weight} [E,D], {@code
   * experts.gate.weight} and {@code experts.up.weight} [E,H,D], {@code experts.down.weight} [E,D,H].
   */
  Map<String, float[]> results();

  @Override
  void close();
}
