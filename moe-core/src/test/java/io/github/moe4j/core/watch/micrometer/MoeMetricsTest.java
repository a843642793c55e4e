package io.github.moe4j.core.watch.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Experts;
import io.github.moe4j.core.ExpertsInMemory;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.watch.WatchedLayer;
import io.github.moe4j.testkit.FixedRouter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class MoeMetricsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MoeMetrics metrics = new MoeMetrics();

  private void run(String name, int tokens) {
    MoeLayer layer = WatchedLayer.builder(name).listener(metrics).build();
    layer.forward(TokenBatch.evaluation(WatchedLayer.normal(3, tokens))).close();
  }

  private double counter(String name, String layer) {
    return registry.get(name).tag("layer", layer).counter().count();
  }

  private double gauge(String name, String layer) {
    return registry.get(name).tag("layer", layer).gauge().value();
  }

  @Test
  void passed_bound_countsByLayer() {
    metrics.bindTo(registry);
    metrics.bindTo(registry);
    run("a", 6);
    run("a", 6);
    run("b", 6);
    assertEquals(12, counter("moe4j.tokens", "a"));
    assertEquals(24, counter("moe4j.assignments", "a"));
    assertEquals(6, counter("moe4j.dropped", "a"));
    assertEquals(6, counter("moe4j.tokens", "b"));
    // counts 6, 3, 3, 0: mean 3, variance (9 + 0 + 0 + 9)/4 = 4.5
    assertEquals(2, gauge("moe4j.load.max.over.mean", "a"));
    assertEquals(Math.sqrt(4.5) / 3, gauge("moe4j.load.cv", "a"), 1e-15);
    assertEquals(1, gauge("moe4j.experts.without.tokens", "a"));
  }

  @Test
  void passed_bound_timesStages() {
    metrics.bindTo(registry);
    run("a", 6);
    for (String stage :
        new String[] {"route", "plan", "gather", "gemm", "activation", "combine", "exchange"}) {
      var timer = registry.get("moe4j.stage").tags("layer", "a", "stage", stage).timer();
      assertEquals(1, timer.count(), stage);
      assertTrue(timer.totalTime(TimeUnit.NANOSECONDS) >= 0, stage);
    }
  }

  @Test
  void passed_expertsWithABudgetOfMemory_countsTheirUses() {
    metrics.bindTo(registry);
    MoeLayer layer = MoeLayer.builder(
            FixedRouter.of(WatchedLayer.normal(1, 4), new int[] {0, 1}, new int[] {0, 2}),
            new CountedExperts(WatchedLayer.experts(), 2, 1))
        .name("a")
        .listener(metrics)
        .build();
    for (int i = 0; i < 3; i++) {
      layer.forward(TokenBatch.evaluation(WatchedLayer.normal(3, 6))).close();
    }
    assertEquals(6, counter("moe4j.experts.hits", "a"));
    assertEquals(3, counter("moe4j.experts.misses", "a"));
  }

  /** Experts that say of each pass how many were in memory and how many were not. */
  private record CountedExperts(Experts inner, int hits, int misses) implements Experts {
    @Override
    public int experts() {
      return inner.experts();
    }

    @Override
    public int modelWidth() {
      return inner.modelWidth();
    }

    @Override
    public NamedArrays parameters() {
      return inner.parameters();
    }

    @Override
    public ExpertsPass run(INDArray rows, int[] expertStart, PassMode mode, Arena.Scope scope) {
      return new CountedPass(inner.run(rows, expertStart, mode, scope), hits, misses);
    }
  }

  private record CountedPass(ExpertsPass inner, int hits, int misses)
      implements ExpertsPass, ExpertsInMemory {
    @Override
    public INDArray y() {
      return inner.y();
    }

    @Override
    public void backward(INDArray dy, INDArray dx, Gradients into) {
      inner.backward(dy, dx, into);
    }
  }

  @Test
  void passed_notBound_doesNothing() {
    run("a", 6);
    assertEquals(0, registry.getMeters().size());
  }
}
