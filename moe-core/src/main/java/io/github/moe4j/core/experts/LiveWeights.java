package io.github.moe4j.core.experts;

import io.github.moe4j.core.internal.ElementKernel;
import io.github.moe4j.core.internal.experts.ExpertWeight;
import io.github.moe4j.core.internal.experts.NetworkWeights;

/**
 * The live parameters of expert networks for the kernels.
 *
 * @param <A> {@code float[]} or {@code double[]}
 */
record LiveWeights<A>(ElementKernel<A> element, ExpertNetwork network)
    implements NetworkWeights<A> {
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
  public ExpertWeight<A> projection(int number, int expert) {
    return network.projections().get(number).weightOf(element, expert);
  }

  @Override
  public ExpertWeight<A> down(int expert) {
    return network.down().weightOf(element, expert);
  }
}
