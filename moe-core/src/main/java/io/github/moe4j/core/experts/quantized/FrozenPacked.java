package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import org.jspecify.annotations.Nullable;

/**
 * A projection with packed weights, unpacked for one expert at a time.
 *
 * @param name of the projection
 * @param linear its weights
 */
record FrozenPacked(String name, PackedLinear linear) implements FrozenLinear {
  @Override
  public int experts() {
    return linear.experts();
  }

  @Override
  public int out() {
    return linear.out();
  }

  @Override
  public int in() {
    return linear.in();
  }

  @Override
  public void copy(int expert, Rows target, long first) {
    linear.unpack(expert, target, first);
  }

  @Override
  public double @Nullable [] bias(int expert) {
    return FrozenPanels.widen(linear.bias(expert));
  }
}
