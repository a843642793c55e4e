package io.github.moe4j.core.watch.micrometer;

import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.PassListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A listener that updates meters of its layers, tagged {@code layer}:
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>name</th><th>kind</th><th>of</th></tr>
 *   <tr><td>{@code moe4j.tokens}</td><td>counter</td><td>real tokens</td></tr>
 *   <tr><td>{@code moe4j.assignments}</td><td>counter</td><td>assignments before dropping</td></tr>
 *   <tr><td>{@code moe4j.dropped}</td><td>counter</td><td>dropped assignments</td></tr>
 *   <tr><td>{@code moe4j.experts.hits}</td><td>counter</td>
 *       <td>uses of experts that were in memory, of experts with a budget of memory</td></tr>
 *   <tr><td>{@code moe4j.experts.misses}</td><td>counter</td>
 *       <td>uses of experts that had to be read first, likewise</td></tr>
 *   <tr><td>{@code moe4j.load.max.over.mean}</td><td>gauge</td>
 *       <td>most loaded expert over the mean, last pass</td></tr>
 *   <tr><td>{@code moe4j.load.cv}</td><td>gauge</td>
 *       <td>coefficient of variation of the load, last pass</td></tr>
 *   <tr><td>{@code moe4j.experts.without.tokens}</td><td>gauge</td><td>experts, last pass</td></tr>
 *   <tr><td>{@code moe4j.stage}</td><td>timer, also tagged {@code stage}</td>
 *       <td>forward passes: route, plan, gather, gemm, activation, combine</td></tr>
 * </table>
 *
 * <p>Meters of a layer are registered at its first pass after {@link #bindTo}. Thread-safe.
 */
public final class MoeMetrics implements MeterBinder, PassListener {
  private final Map<MeterRegistry, Map<String, LayerMeters>> meters = new ConcurrentHashMap<>();

  /** Not bound to a registry yet. */
  public MoeMetrics() {}

  /** Registers meters of each layer at its next pass; binding again does nothing. */
  @Override
  public void bindTo(MeterRegistry registry) {
    meters.putIfAbsent(registry, new ConcurrentHashMap<>());
  }

  @Override
  public void passed(MoePass pass) {
    meters.forEach((registry, layers) -> layers
        .computeIfAbsent(pass.layer(), layer -> new LayerMeters(registry, layer))
        .record(pass));
  }
}
