package io.github.moe4j.models.layout;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.StoredScales;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The arrays of a layer but for those of its experts, which are read and packed one after another. */
final class PackedArrays extends LayerArrays {
  private final int experts;
  private final WeightFormat format;
  private final Reader reader;

  /** Reads what is of one expert. */
  interface Reader {
    /** Adds the arrays of an expert, each of one expert. */
    void read(int expert, LayerArrays into) throws IOException;

    /** The scales of an expert's projections that are stored in FP8 and stay so. */
    Map<String, StoredScales> scales(int expert) throws IOException;
  }

  PackedArrays(int experts, WeightFormat format, Reader reader) {
    this.experts = experts;
    this.format = format;
    this.reader = reader;
  }

  @Override
  Experts gated(Function<LayerArrays, GluExperts> made) {
    QuantizedExperts.Builder packed = QuantizedExperts.builder(format).expect(experts);
    forEach((arrays, scales) -> {
      GluExperts one = made.apply(arrays);
      if (scales.isEmpty()) {
        packed.add(one);
      } else {
        packed.add(one, scales);
      }
    });
    return packed.build();
  }

  @Override
  Experts plain(Function<LayerArrays, FfnExperts> made) {
    QuantizedExperts.Builder packed = QuantizedExperts.builder(format).expect(experts);
    forEach((arrays, scales) -> packed.add(made.apply(arrays)));
    return packed.build();
  }

  private void forEach(BiConsumer<LayerArrays, Map<String, StoredScales>> pack) {
    try {
      for (int e = 0; e < experts; e++) {
        LayerArrays arrays = new LayerArrays();
        reader.read(e, arrays);
        pack.accept(arrays, reader.scales(e));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
