package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.experts.NetworkPanels;
import io.github.moe4j.core.internal.experts.WeightPanels;

/**
 * The live parameters of expert networks as right factors of products.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
record LivePanels<A>(ElementKernel<A> element, ExpertNetwork network) implements NetworkPanels<A> {
  @Override
  public int projections() {
    return network.projections().size();
  }

  @Override
  public int modelWidth() {
    return network.down().out();
  }

  @Override
  public int hiddenWidth() {
    return network.down().in();
  }

  @Override
  public WeightPanels<A> projection(int number, int expert) {
    return network.projections().get(number).panels(element, expert);
  }

  @Override
  public WeightPanels<A> down(int expert) {
    return network.down().panels(element, expert);
  }
}
