package io.github.moe4j.core.watch;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.testkit.FixedRouter;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.Seeds;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer to watch: even tokens go to experts 0 and 1, odd ones to 0 and 2, none to 3. With 6 tokens the
 * counts are 6, 3, 3, 0, the mean 3, and the most loaded over the mean 2. An expert takes at most
 * ⌈12/4⌉ = 3, so 3 are dropped.
 */
public final class WatchedLayer {
  /** Width of the tokens. */
  public static final int D = 4;

  private WatchedLayer() {}

  /** The layer, not yet built. */
  public static MoeLayer.Builder builder(String name) {
    return MoeLayer.builder(
            FixedRouter.of(normal(1, 4), new int[] {0, 1}, new int[] {0, 2}), experts())
        .capacity(LimitedCapacity.ofFactor(1))
        .name(name);
  }

  /** The experts of the layer; the same each time. */
  public static GluExperts experts() {
    return GluExperts.create(ExpertOptions.of(4, D, 5).withDataType(DataType.DOUBLE), 2);
  }

  /** Random rows. */
  public static INDArray normal(long salt, int rows) {
    return RandomArrays.normal(DataType.DOUBLE, Seeds.random(salt), rows, D);
  }
}
