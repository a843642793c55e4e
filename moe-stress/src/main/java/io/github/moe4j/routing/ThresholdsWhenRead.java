package io.github.moe4j.routing;

import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenMask;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A loss reads selection probabilities while a backward uses their thresholds, which are found by whoever comes first. */
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "both as alone")
@State
public class ThresholdsWhenRead {
  private static final double VALUE = value(load());
  private static final double GRADIENT = gradient(load());

  private final SmoothLoad load = load();

  private static SmoothLoad load() {
    TokenMask mask = TokenMask.none(1);
    Logits clean = Logits.of(new double[] {1, 2}, 2, mask);
    Logits noisy = Logits.of(new double[] {1.5, 2.25}, 2, mask);
    return new SmoothLoad(
        clean, noisy, new double[] {0.5, 0.75}, 1, LoadThreshold.NOISY_LOGITS, mask);
  }

  /** The loss. */
  @Actor
  public void loss(ZZ_Result result) {
    result.r1 = value(load) == VALUE;
  }

  /** The backward. */
  @Actor
  public void backward(ZZ_Result result) {
    result.r2 = gradient(load) == GRADIENT;
  }

  private static double value(SmoothLoad load) {
    return load.values().get(0, 0);
  }

  private static double gradient(SmoothLoad load) {
    double[] dSigma = new double[2];
    load.backward(new double[] {1, 1}, new double[2], new double[2], dSigma);
    return dSigma[0];
  }
}
