package io.github.moe4j.bench.scaling;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.TokenBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * One layer under several names, each observed in another way: the same router, experts, memory and
 * input, so that nothing else differs. The names identify the events of each.
 */
final class ObservedLayer implements AutoCloseable {
  /** Kinds of observation, in the order of {@link #passes}; the second baseline shows the noise. */
  enum By {
    BASELINE,
    RECORDING,
    LISTENER,
    BASELINE_AGAIN;

    boolean recorded() {
      return this == RECORDING;
    }
  }

  private final LongAdder heard = new LongAdder();
  private final List<MoeLayer> layers = new ArrayList<>();
  private final TokenBatch input;

  ObservedLayer(LayerShape shape) {
    Router router = ShapedLayer.router(shape);
    Experts experts = ShapedLayer.experts(shape);
    Arena arena = new Arena();
    for (By by : By.values()) {
      MoeLayer.Builder layer = MoeLayer.builder(router, experts).arena(arena).name(by.name());
      if (by == By.LISTENER) {
        layer.listener(pass -> heard.add(pass.load().dropped() + pass.plan().rows()));
      }
      layers.add(layer.build());
    }
    this.input = TokenBatch.evaluation(ShapedLayer.tokens(shape, new SplittableRandom(3)));
  }

  /** A forward pass of each. */
  List<Runnable> passes() {
    return layers.stream()
        .<Runnable>map(layer -> () -> layer.forward(input).close())
        .toList();
  }

  RouterDecision decision() {
    try (MoePass pass = layers.get(0).forward(input)) {
      return pass.decision();
    }
  }

  /** Rows reported to the listener. */
  long heard() {
    return heard.sum();
  }

  @Override
  public void close() {
    input.x().close();
    ShapedLayer.close(layers.get(0));
  }
}
