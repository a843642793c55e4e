package io.github.moe4j.stress;

import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.watch.micrometer.MoeMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.DI_Result;

/** The first two passes of a layer are metered at the same time: one meter counts both. */
@JCStressTest
@Outcome(id = "16.0, 1", expect = Expect.ACCEPTABLE, desc = "tokens of both passes")
@State
public class MeteredPasses {
  private static final MoePass PASS = Layers.pass(Layers.TOP_K);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MoeMetrics metrics = new MoeMetrics();

  /** Bound to a registry without meters. */
  public MeteredPasses() {
    metrics.bindTo(registry);
  }

  /** A pass. */
  @Actor
  public void first() {
    metrics.passed(PASS);
  }

  /** Another. */
  @Actor
  public void second() {
    metrics.passed(PASS);
  }

  /** Tokens, and meters of them. */
  @Arbiter
  public void tokens(DI_Result result) {
    result.r1 = registry.get("moe4j.tokens").counter().count();
    result.r2 = registry.find("moe4j.tokens").counters().size();
  }
}
