package io.github.moe4j.core.experts.quantized;

import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.internal.experts.FrozenLinear;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A projection whose weights stay in files, read for one expert at a time.
 *
 * @param owner checks the files, and may keep some experts
 * @param network where the weights are
 * @param number of the projection
 */
record FrozenMapped(MappedExperts owner, StoredNetwork network, int number)
    implements FrozenLinear {
  @Override
  public String name() {
    return network.names().get(number);
  }

  @Override
  public int experts() {
    return network.experts().size();
  }

  @Override
  public int out() {
    return network.experts().get(0).weight(name()).out();
  }

  @Override
  public int in() {
    return network.experts().get(0).weight(name()).in();
  }

  @Override
  public void copy(int expert, Rows target, long first) {
    owner.copy(number, expert, target, first);
  }

  /** Writes the stored weight as float32 rows from {@code first} on. */
  void copyStored(int expert, Rows target, long first) {
    float[] all = network.experts().get(expert).weight(name()).toArray();
    for (int o = 0; o < out(); o++) {
      target.write(first + o, Arrays.copyOfRange(all, o * in(), (o + 1) * in()));
    }
  }

  @Override
  public double @Nullable [] bias(int expert) {
    return owner.reading(
        expert, () -> FrozenPanels.widen(network.experts().get(expert).bias(name())));
  }
}
