package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.quantized.StoredScales;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** Reads a block whose experts are packed one after another. */
final class PackedBlock {
  private static final String WEIGHT = ".weight";

  private PackedBlock() {}

  /**
   * Reads a block.
   *
   * @param format of the experts' weights; null for the one in which they are stored
   */
  static MoeLayer read(
      Layout layout,
      ModelConfig config,
      MoeBlock block,
      List<LayoutPart> parts,
      StoredTensors tensors,
      @Nullable WeightFormat format)
      throws IOException {
    BlockReader whole = new BlockReader(parts, tensors);
    List<LayoutPart> ofExperts = whole.ofExperts();
    WeightFormat stored = format == null ? stored(ofExperts, tensors) : format;
    boolean hasScales = format == null && stored == WeightFormat.FP8_E4M3;
    PackedArrays arrays = new PackedArrays(whole.experts(), stored, new PackedArrays.Reader() {
      @Override
      public void read(int expert, LayerArrays into) throws IOException {
        whole.readExpert(expert, DataType.FLOAT, into);
      }

      @Override
      public Map<String, StoredScales> scales(int expert) throws IOException {
        return hasScales ? PackedBlock.scales(ofExperts, tensors, expert) : Map.of();
      }
    });
    for (LayoutPart part : parts) {
      if (!part.isOfExperts()) {
        part.read(place -> tensors.get(place).read(DataType.FLOAT), arrays);
      }
    }
    try {
      return layout.layer(config, arrays, block);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static WeightFormat stored(List<LayoutPart> ofExperts, StoredTensors tensors) {
    Set<WeightFormat> formats = EnumSet.noneOf(WeightFormat.class);
    for (LayoutPart part : ofExperts) {
      if (part.parameters().get(0).name().endsWith(WEIGHT)) {
        part.places().forEach(place -> formats.add(tensors.get(place).format()));
      }
    }
    if (formats.size() != 1) {
      throw new LayoutException(
          "weights of experts must be stored in one way to stay as they are but are %s: choose a format",
          formats);
    }
    return formats.iterator().next();
  }

  private static Map<String, StoredScales> scales(
      List<LayoutPart> ofExperts, StoredTensors tensors, int expert) throws IOException {
    Map<String, StoredScales> scales = new LinkedHashMap<>();
    for (LayoutPart part : ofExperts) {
      LayoutPart one = part.ofExpert(expert);
      for (Place place : one.places()) {
        if (tensors.get(place) instanceof BlockScaledTensor tensor) {
          String parameter = one.parameters().get(0).name();
          String projection = parameter.substring(0, parameter.length() - WEIGHT.length());
          scales.put(projection.substring(projection.lastIndexOf('.') + 1), tensor.packedScales());
        }
      }
    }
    return scales;
  }
}
