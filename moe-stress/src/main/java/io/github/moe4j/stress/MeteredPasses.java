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
import org.openjdk.jcstress.infra.results.DD_Result;

/** The first two passes of a layer are metered at the same time: one set of meters counts both, and shows later ones. */
@JCStressTest
@Outcome(
    id = "17.0, 1.0",
    expect = Expect.ACCEPTABLE,
    desc = "tokens of all passes, experts without tokens of the last")
@State
public class MeteredPasses {
  private static final MoePass PASS = Layers.pass(Layers.TOP_K, Layers.X);

  /** One token, which two of three experts get; no expert is without any in the other pass. */
  private static final MoePass LAST = Layers.pass(Layers.TOP_K, Layers.X.getRows(0));

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

  /** One more pass, and what the meters say. */
  @Arbiter
  public void tokens(DD_Result result) {
    metrics.passed(LAST);
    result.r1 = registry.get("moe4j.tokens").counter().count();
    result.r2 = registry.get("moe4j.experts.without.tokens").gauge().value();
  }
}
