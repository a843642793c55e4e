package io.github.moe4j.bench.inspect;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.github.moe4j.models.layout.BlockOutline;
import io.github.moe4j.models.layout.BlockTensor;
import io.github.moe4j.models.layout.MoeBlock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * One sparse block.
 *
 * @param stack {@code encoder} or {@code decoder}
 * @param layer index in its stack
 * @param experts E that the router chooses among
 * @param networks those that have weights
 * @param choices K of a token
 * @param width D
 * @param hidden H
 * @param sharedHidden H of the shared expert; 0 if there is none
 * @param router how experts are chosen and weighed, in words
 * @param capacity in words
 * @param form how the files keep the experts, in words
 * @param example a tensor of the experts
 * @param parameters of the layer
 * @param activeParameters those that a token is computed with
 * @param bytes in the files, without what is missing
 * @param bytesByType the same by how tensors are stored
 * @param expertType how the experts' weights are stored; {@code mixed} if not in one way, {@code unknown} if some are
 *     missing
 * @param missing files and tensors that the block lacks; none if it can be read
 */
record BlockFacts(
    String stack,
    int layer,
    int experts,
    int networks,
    int choices,
    int width,
    int hidden,
    int sharedHidden,
    String router,
    String capacity,
    String form,
    String example,
    long parameters,
    long activeParameters,
    long bytes,
    Map<String, Long> bytesByType,
    String expertType,
    List<String> missing) {

  static BlockFacts of(BlockOutline outline, FolderTensors tensors) {
    Map<String, Long> bytes = new TreeMap<>();
    for (BlockTensor tensor : outline.tensors()) {
      for (String name : tensor.stored()) {
        if (tensors.fault(name).isEmpty()) {
          bytes.merge(tensors.type(name), tensors.bytes(name), Long::sum);
        }
      }
    }
    MoeBlock block = outline.block();
    return new BlockFacts(
        block.stack() == MoeBlock.Stack.ENCODER ? "encoder" : "decoder",
        block.layer(),
        outline.experts(),
        outline.networks(),
        outline.choices(),
        outline.width(),
        outline.hidden(),
        outline.sharedHidden(),
        outline.router(),
        outline.capacity(),
        outline.form(),
        weights(outline).get(0).name(),
        outline.count(),
        outline.activeCount(),
        bytes.values().stream().mapToLong(Long::longValue).sum(),
        new LinkedHashMap<>(bytes),
        expertType(outline, tensors),
        missing(outline, tensors));
  }

  /** The tensors of the experts' weights. */
  static List<BlockTensor> weights(BlockOutline outline) {
    return outline.tensors().stream()
        .filter(tensor -> tensor.isOfExperts() && !tensor.name().contains("bias"))
        .toList();
  }

  private static String expertType(BlockOutline outline, FolderTensors tensors) {
    Set<String> types = new LinkedHashSet<>();
    for (BlockTensor tensor : weights(outline)) {
      boolean isMissing =
          tensor.stored().isEmpty() || tensors.fault(tensor.stored().get(0)).isPresent();
      types.add(isMissing ? "unknown" : tensors.type(tensor.stored().get(0)));
    }
    return types.contains("unknown")
        ? "unknown"
        : types.size() == 1 ? types.iterator().next() : "mixed";
  }

  private static List<String> missing(BlockOutline outline, FolderTensors tensors) {
    Set<String> lines = new LinkedHashSet<>();
    List<String> others = new ArrayList<>();
    for (BlockTensor tensor : outline.tensors()) {
      Optional<String> file =
          tensor.stored().stream().flatMap(name -> tensors.fault(name).stream()).findFirst();
      if (file.isPresent()) {
        lines.add(file.get());
      } else if (tensor.fault() != null) {
        others.add(tensor.fault());
      }
    }
    others.stream().limit(1).forEach(lines::add);
    if (others.size() > 1) {
      lines.add("and %d tensors more".formatted(others.size() - 1));
    }
    return List.copyOf(lines);
  }

  /** What blocks of one kind have in common. */
  @JsonIgnore
  List<Object> kind() {
    return List.of(
        stack,
        experts,
        networks,
        choices,
        width,
        hidden,
        sharedHidden,
        router,
        capacity,
        form,
        parameters,
        activeParameters,
        bytes,
        bytesByType,
        missing);
  }
}
