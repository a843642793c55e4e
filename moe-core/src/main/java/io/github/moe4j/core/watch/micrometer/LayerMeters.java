package io.github.moe4j.core.watch.micrometer;

import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.StageTimes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of one layer in one registry. */
final class LayerMeters {
  private final Counter tokens;
  private final Counter assignments;
  private final Counter dropped;
  private final Counter hits;
  private final Counter misses;
  private final Timer route;
  private final Timer plan;
  private final Timer gather;
  private final Timer gemm;
  private final Timer activation;
  private final Timer combine;
  private final Timer exchange;
  private volatile @Nullable LoadStatistics last;

  LayerMeters(MeterRegistry registry, String layer) {
    Tags tags = Tags.of("layer", layer);
    this.tokens = registry.counter("moe4j.tokens", tags);
    this.assignments = registry.counter("moe4j.assignments", tags);
    this.dropped = registry.counter("moe4j.dropped", tags);
    this.hits = registry.counter("moe4j.experts.hits", tags);
    this.misses = registry.counter("moe4j.experts.misses", tags);
    this.route = timer(registry, tags, "route");
    this.plan = timer(registry, tags, "plan");
    this.gather = timer(registry, tags, "gather");
    this.gemm = timer(registry, tags, "gemm");
    this.activation = timer(registry, tags, "activation");
    this.combine = timer(registry, tags, "combine");
    this.exchange = timer(registry, tags, "exchange");
    gauge(registry, tags, "moe4j.load.max.over.mean", LoadStatistics::mostLoadedOverMean);
    gauge(registry, tags, "moe4j.load.cv", LoadStatistics::coefficientOfVariation);
    gauge(registry, tags, "moe4j.experts.without.tokens", LoadStatistics::expertsWithoutTokens);
  }

  private static Timer timer(MeterRegistry registry, Tags tags, String stage) {
    return registry.timer("moe4j.stage", tags.and("stage", stage));
  }

  private void gauge(
      MeterRegistry registry, Tags tags, String name, ToDoubleFunction<LoadStatistics> measure) {
    Gauge.builder(name, () -> {
          LoadStatistics load = last;
          return load == null ? Double.NaN : measure.applyAsDouble(load);
        })
        .tags(tags)
        .register(registry);
  }

  void record(MoePass pass) {
    LoadStatistics load = pass.load();
    last = load;
    tokens.increment(load.tokens());
    assignments.increment(Arrays.stream(load.assigned()).sum());
    dropped.increment(pass.dropped());
    hits.increment(load.expertHits());
    misses.increment(load.expertMisses());
    StageTimes times = pass.times();
    record(route, times.route());
    record(plan, times.plan());
    record(gather, times.gather());
    record(gemm, times.gemm());
    record(activation, times.activation());
    record(combine, times.combine());
    record(exchange, times.exchange());
  }

  private static void record(Timer timer, long nanos) {
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }
}
