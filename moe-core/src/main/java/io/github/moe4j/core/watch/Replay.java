package io.github.moe4j.core.watch;

import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;
import java.util.List;

/**
 * The recorded passes of one layer, returned one after another. It is stateful: passes must run in the order
 * of the recording; each layer needs its own.
 */
public final class Replay {
  private final String layer;
  private final List<TracedPass> passes;
  private int next;

  private Replay(String layer, List<TracedPass> passes) {
    this.layer = layer;
    this.passes = passes;
  }

  /**
   * The passes of a layer.
   *
   * @param trace passes of any layers, in order
   * @throws IllegalArgumentException if there are no passes of the layer, or they differ in the number of experts
   */
  public static Replay of(String layer, List<TracedPass> trace) {
    List<TracedPass> passes =
        trace.stream().filter(pass -> pass.layer().equals(layer)).toList();
    Require.that(
        !passes.isEmpty(),
        "the trace has no pass of layer %s, only of %s",
        layer,
        trace.stream().map(TracedPass::layer).distinct().toList());
    int experts = passes.get(0).assignments().experts();
    for (TracedPass pass : passes) {
      Require.that(
          pass.assignments().experts() == experts,
          "passes of layer %s must have the same number of experts: %d != %d",
          layer,
          pass.assignments().experts(),
          experts);
    }
    return new Replay(layer, passes);
  }

  /** Number of experts E. */
  public int experts() {
    return passes.get(0).assignments().experts();
  }

  /** Number of passes left. */
  public synchronized int remaining() {
    return passes.size() - next;
  }

  /** Begins again with the first pass. */
  public synchronized void rewind() {
    next = 0;
  }

  /**
   * The next pass. After an error the same pass comes next.
   *
   * @param input input of the pass that is routed by the recorded decision
   * @throws IllegalArgumentException if no pass is left, or the recorded one has another number of tokens or other
   *     padding
   */
  public synchronized TracedPass next(TokenBatch input) {
    Require.that(
        next < passes.size(), "the trace of layer %s ends after %d passes", layer, passes.size());
    TracedPass pass = passes.get(next);
    Require.that(
        pass.assignments().tokens() == input.tokens(),
        "pass %d of layer %s was recorded with %d tokens but has %d",
        next,
        layer,
        pass.assignments().tokens(),
        input.tokens());
    Require.that(
        pass.mask().equals(input.mask()),
        "pass %d of layer %s was recorded with other padding",
        next,
        layer);
    next++;
    return pass;
  }
}
