package io.github.moe4j.models.layout;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Allocate;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Describes blocks without reading their weights.
 *
 * @param check throws if the tensor of a place cannot be read
 */
record Outlines(Layout layout, ModelConfig config, StoredTensors tensors, Consumer<Place> check) {
  BlockOutline of(MoeBlock block) {
    List<LayoutPart> parts = parts(block);
    List<Place> parameters =
        parts.stream().flatMap(part -> part.parameters().stream()).toList();
    int networks = new BlockReader(parts, tensors).experts();
    long[] gate = shape(parameters, "router.weight");
    OutlineArrays arrays = new OutlineArrays(parameters, networks, (int) gate[1]);
    MoeLayer layer = layout.layer(config, arrays, block);
    return new BlockOutline(
        block,
        (int) gate[0],
        networks,
        choices(layer),
        layer.modelWidth(),
        (int) shape(parameters, "experts.(.*\\.)?up.weight")[1],
        (int) shape(parameters, "shared.network.up.weight")[1],
        RouterText.of(layer.router()),
        RouterText.of(layer.capacity()),
        form(parts),
        shapes(parameters),
        parts.stream().flatMap(this::tensors).toList());
  }

  /** The form whose tensors are there, or the first that they may be of if a missing file would tell. */
  private List<LayoutPart> parts(MoeBlock block) {
    try {
      return BlockForms.atHand(layout, config, block, tensors);
    } catch (UncheckedIOException e) {
      return BlockForms.mostNamed(layout, config, block, tensors).get(0);
    }
  }

  private static long[] shape(List<Place> parameters, String pattern) {
    return parameters.stream()
        .filter(place -> place.name().matches(pattern))
        .findFirst()
        .map(Place::axes)
        .orElse(new long[2]);
  }

  /** Experts of a token, all scores being equal. */
  private static int choices(MoeLayer layer) {
    TokenBatch one = TokenBatch.evaluation(
            Allocate.zeros(DataType.FLOAT, 1, layer.modelWidth()).addi(1))
        .withTokenIds(0);
    RouterPass pass = layer.router().route(one);
    return pass.decision().assignments().size();
  }

  private static String form(List<LayoutPart> parts) {
    Stream<LayoutPart> weights = parts.stream().filter(LayoutPart::isOfExperts);
    return weights
        .findFirst()
        .map(part -> part instanceof TensorPerExpert
            ? "a tensor of each expert and projection"
            : part instanceof FusedPairPerExpert
                ? "tensors of each expert, gate and up in one"
                : part instanceof FusedPair
                    ? "tensors of all experts, gate and up in one"
                    : "tensors of all experts, one of each projection")
        .orElse("");
  }

  private static Map<String, List<Long>> shapes(List<Place> parameters) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (Place place : parameters) {
      if (!place.name().equals(SelectionBias.NAME) && !place.name().equals(TokenTable.NAME)) {
        shapes.put(place.name(), place.shape());
      }
    }
    return shapes;
  }

  private Stream<BlockTensor> tensors(LayoutPart part) {
    return part.places().stream()
        .map(place -> new BlockTensor(
            tensors.name(place),
            place.shape(),
            tensors.stored(place),
            part.isOfExperts(),
            fault(place)));
  }

  private @Nullable String fault(Place place) {
    try {
      check.accept(place);
      return null;
    } catch (LayoutException | UncheckedIOException e) {
      return e.getMessage();
    }
  }
}
