package io.github.moe4j.models.layout;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.internal.Allocate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The arrays of a layer that shows how a block routes without its weights: a router of zeros, a shared expert of one
 * hidden unit, and experts without weights in place of the networks.
 */
final class OutlineArrays extends LayerArrays {
  private static final String SHARED = "shared.network.";

  /** Eight times the numbers of the largest router that is known: what a config says alone must not take memory. */
  private static final long MOST_NUMBERS = 1 << 25;

  /** Of one axis: a product of a few rows takes memory for a whole panel of them. */
  private static final long LONGEST = 1 << 16;

  private final int networks;
  private final int width;

  OutlineArrays(List<Place> parameters, int networks, int width) {
    this.networks = networks;
    this.width = width;
    for (Place parameter : parameters) {
      if (!BlockOutline.isOfExperts(parameter.name(), parameter.shape())) {
        put(parameter.name(), array(parameter));
      }
    }
  }

  private static INDArray array(Place parameter) {
    long[] axes = parameter.axes();
    if (parameter.name().equals(TokenTable.NAME)) {
      requireFew(parameter.name(), axes, MOST_NUMBERS);
      // A token's experts must differ.
      INDArray first = Nd4j.arange(axes[1]).castTo(DataType.FLOAT).reshape(1, axes[1]);
      return Nd4j.tile(first, (int) axes[0], 1);
    }
    if (parameter.name().startsWith(SHARED)) {
      String name = parameter.name().substring(SHARED.length());
      if (!name.startsWith("down.")) {
        axes[1] = 1;
      } else if (axes.length > 2) {
        axes[2] = 1;
      }
    }
    requireFew(parameter.name(), axes, LONGEST);
    return Allocate.zeros(DataType.FLOAT, axes);
  }

  private static void requireFew(String name, long[] axes, long longest) {
    double numbers = 1; // no overflow
    for (long size : axes) {
      numbers *= size;
    }
    if (numbers > MOST_NUMBERS || Arrays.stream(axes).max().orElse(0) > longest) {
      throw new LayoutException(
          "%s must have at most %d numbers, %d on an axis, to be outlined but its shape is %s",
          name, MOST_NUMBERS, longest, Arrays.toString(axes));
    }
  }

  @Override
  Experts gated(Function<LayerArrays, GluExperts> made) {
    return CopyExperts.of(networks, width, DataType.FLOAT);
  }

  @Override
  Experts plain(Function<LayerArrays, FfnExperts> made) {
    return CopyExperts.of(networks, width, DataType.FLOAT);
  }
}
