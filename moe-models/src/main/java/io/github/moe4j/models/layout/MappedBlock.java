package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.experts.quantized.MappedWeights;
import io.github.moe4j.core.experts.quantized.StoredExpert;
import io.github.moe4j.core.experts.quantized.StoredMatrix;
import io.github.moe4j.core.experts.quantized.StoredWeight;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/** Makes a block whose experts stay in the files. */
final class MappedBlock {
  private static final String BIAS = ".bias";

  private MappedBlock() {}

  /** Reads what is not of experts, and finds where these are. */
  static MoeLayer open(
      Layout layout,
      ModelConfig config,
      MoeBlock block,
      List<LayoutPart> parts,
      StoredTensors tensors,
      MappedWeights options)
      throws IOException {
    List<LayoutPart> ofExperts = parts.stream().filter(LayoutPart::isOfExperts).toList();
    MappedArrays arrays = new MappedArrays(
        ofExperts.stream().flatMap(part -> part.parameters().stream()).toList(),
        experts(ofExperts, tensors),
        options);
    for (LayoutPart part : parts) {
      if (!part.isOfExperts()) {
        part.read(place -> tensors.get(place).read(DataType.FLOAT), arrays);
      }
    }
    return layout.layer(config, arrays, block);
  }

  private static List<StoredExpert> experts(List<LayoutPart> parts, StoredTensors tensors)
      throws IOException {
    Map<String, StoredMatrix> matrices = new HashMap<>();
    int count = Math.toIntExact(parts.get(0).parameters().get(0).shape().get(0));
    List<StoredExpert> experts = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      Map<String, StoredWeight> parameters = new LinkedHashMap<>();
      for (LayoutPart part : parts) {
        part.stored(e, place -> matrix(place, tensors, matrices), parameters);
      }
      experts.add(expert(parameters));
    }
    return experts;
  }

  /** One for each tensor, also for those of all experts. */
  private static StoredMatrix matrix(
      Place place, StoredTensors tensors, Map<String, StoredMatrix> made) throws IOException {
    StoredMatrix matrix = made.get(place.name());
    if (matrix == null) {
      matrix = tensors.get(place).matrix();
      made.put(place.name(), matrix);
    }
    return matrix;
  }

  /** By projection: names are such as {@code experts.gate.weight}. */
  private static StoredExpert expert(Map<String, StoredWeight> parameters) {
    Map<String, StoredWeight> weights = new LinkedHashMap<>();
    Map<String, StoredWeight> biases = new LinkedHashMap<>();
    parameters.forEach((name, weight) -> {
      String projection = name.substring(0, name.lastIndexOf('.'));
      Map<String, StoredWeight> into = name.endsWith(BIAS) ? biases : weights;
      into.put(projection.substring(projection.lastIndexOf('.') + 1), weight);
    });
    return new StoredExpert(weights, biases);
  }
}
