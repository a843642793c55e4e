package io.github.moe4j.models.layout;

import io.github.moe4j.core.io.TensorSource;
import io.github.moe4j.core.io.TensorType;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a model by the numbers that they hold, whether plain, FP8 with scales of blocks or MXFP4. Tensors of
 * scales are part of those that they scale, and have no name here.
 */
final class StoredTensors {
  private static final String BLOCKS = "blocks";

  private final TensorSource source;
  private final @Nullable BlockScales blockScales;
  private final String quantization;
  private final String prefix;
  private final Set<String> names = new LinkedHashSet<>();

  /**
   * Tensors of a source.
   *
   * @param blockScales of FP8 tensors, from the config; null if it has none
   */
  StoredTensors(TensorSource source, @Nullable BlockScales blockScales) {
    this(source, blockScales, "none", "");
  }

  /**
   * The same where names begin with more than a layout says.
   *
   * @param quantization what the config says, for errors
   * @param prefix before the names of places
   */
  StoredTensors(
      TensorSource source, @Nullable BlockScales blockScales, String quantization, String prefix) {
    this.source = source;
    this.quantization = quantization;
    this.prefix = prefix;
    this.blockScales = blockScales;
    Set<String> all = source.names();
    for (String name : all) {
      boolean isScales = name.endsWith(BlockScaledTensor.SCALES)
              && all.contains(name.substring(0, name.length() - BlockScaledTensor.SCALES.length()))
          || name.endsWith("scales") && all.contains(sibling(name, "scales", BLOCKS));
      if (!isScales) {
        names.add(name);
      }
    }
  }

  private static String sibling(String name, String end, String other) {
    return name.substring(0, name.length() - end.length()) + other;
  }

  /** Names of the tensors, in the order of the source; of MXFP4 that of the blocks. */
  Set<String> names() {
    return names;
  }

  /**
   * How a tensor is stored.
   *
   * @param name one of {@link #names}
   * @throws LayoutException if it is in a form that is not supported
   */
  StoredTensor get(String name) {
    if (isMxfp4(name)) {
      return new Mxfp4Tensor(source, name, sibling(name, BLOCKS, "scales"));
    }
    TensorType type;
    try {
      type = source.type(name);
    } catch (UnsupportedOperationException e) {
      throw new LayoutException("%s", e.getMessage());
    }
    return switch (type) {
      case FLOAT64, FLOAT32, FLOAT16, BFLOAT16, INT32, INT64 -> new PlainTensor(source, name);
      case FLOAT8_E4M3 -> blockScaled(name);
      default ->
        throw new LayoutException(
            "tensor %s of shape %s is %s, which is not supported for weights",
            name, Arrays.toString(source.shape(name)), type);
    };
  }

  /** What is before the names of places. */
  String prefix() {
    return prefix;
  }

  /** The name of the tensor of a place. */
  String name(Place place) {
    return prefix + place.name();
  }

  /** The tensor of a place. */
  StoredTensor get(Place place) {
    return get(name(place));
  }

  /** Whether a tensor exists, in whatever shape. */
  boolean has(Place place) {
    return names.contains(name(place));
  }

  /** The tensors of the source that keep the tensor of a place, its scales too; none if there is none. */
  List<String> stored(Place place) {
    String name = name(place);
    if (!has(place)) {
      return List.of();
    }
    String scales =
        isMxfp4(name) ? sibling(name, BLOCKS, "scales") : name + BlockScaledTensor.SCALES;
    return source.names().contains(scales) ? List.of(name, scales) : List.of(name);
  }

  /** Whether a tensor that exists is stored in that shape. */
  boolean fits(Place place) {
    return Arrays.equals(source.shape(name(place)), place.axes());
  }

  private static boolean isMxfp4(String name) {
    return name.endsWith("_" + BLOCKS) || name.endsWith("." + BLOCKS);
  }

  private StoredTensor blockScaled(String name) {
    if (blockScales == null) {
      throw new LayoutException(
          "tensor %s is FP8, so the config must have quantization_config with quant_method fp8 and weight_block_size but has %s",
          name, quantization);
    }
    return new BlockScaledTensor(source, name, blockScales);
  }
}
