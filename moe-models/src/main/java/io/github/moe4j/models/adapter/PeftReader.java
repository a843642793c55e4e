package io.github.moe4j.models.adapter;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.internal.Allocate;
import io.github.moe4j.core.internal.Rows;
import io.github.moe4j.core.io.TensorSource;
import io.github.moe4j.core.lora.LoraPair;
import io.github.moe4j.core.lora.LoraTarget;
import io.github.moe4j.models.layout.LayoutException;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.routing.Lora;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reads adapters after a check of all names and shapes.
 *
 * @param config of the adapters
 * @param tensors by name
 * @param modules of the model by name
 */
record PeftReader(PeftConfig config, TensorSource tensors, Map<String, AdaptedModule> modules) {
  Map<MoeBlock, MoeLayer> read(List<MoeBlock> blocks, Map<MoeBlock, MoeLayer> layers)
      throws IOException {
    Map<MoeBlock, Map<LoraTarget, List<AdaptedModule>>> adapted = adapted();
    requireNames(adapted);
    adapted.keySet().forEach(block -> {
      if (!layers.containsKey(block)) {
        throw new LayoutException(
            "the adapter is of %s too, but the layers are those of %s", block, layers.keySet());
      }
    });
    Map<MoeBlock, MoeLayer> result = new LinkedHashMap<>();
    for (MoeBlock block : blocks) {
      MoeLayer layer = layers.get(block);
      Map<LoraTarget, List<AdaptedModule>> own = adapted.get(block);
      if (layer != null && own != null) {
        Map<LoraTarget, LoraPair> pairs = new EnumMap<>(LoraTarget.class);
        for (Map.Entry<LoraTarget, List<AdaptedModule>> entry : own.entrySet()) {
          LoraTarget target = entry.getKey();
          pairs.put(target, pair(target, entry.getValue(), type(target, layer)));
        }
        result.put(block, Lora.over(layer, pairs, config.dropout()));
      }
    }
    return result;
  }

  /** The modules with adapters, in the order of the experts. */
  private Map<MoeBlock, Map<LoraTarget, List<AdaptedModule>>> adapted() {
    Map<MoeBlock, Map<LoraTarget, List<AdaptedModule>>> adapted = new LinkedHashMap<>();
    for (AdaptedModule module : modules.values()) {
      if (config.targets().contain(module.name())) {
        adapted
            .computeIfAbsent(module.block(), block -> new EnumMap<>(LoraTarget.class))
            .computeIfAbsent(module.target(), target -> new ArrayList<>())
            .add(module);
      }
    }
    return adapted;
  }

  /** Throws unless the tensors are those of the adapted modules, of their shapes. */
  private void requireNames(Map<MoeBlock, Map<LoraTarget, List<AdaptedModule>>> adapted) {
    Set<String> left = new HashSet<>(tensors.names());
    if (adapted.isEmpty()) {
      throw new LayoutException(
          "%s: target_modules must select a module of the model's sparse blocks but selects none",
          PeftConfig.FILE);
    }
    for (Map<LoraTarget, List<AdaptedModule>> block : adapted.values()) {
      for (List<AdaptedModule> experts : block.values()) {
        requireAlike(experts);
        for (AdaptedModule module : experts) {
          int rank = config.rankOf(module.name());
          requireShape(module.a(), rank, module.module().in());
          requireShape(module.b(), module.module().out(), rank);
          left.remove(module.a());
          left.remove(module.b());
        }
      }
    }
    if (!left.isEmpty()) {
      throw new LayoutException(
          "%s has tensors that are of no selected module of the sparse blocks: %s",
          PeftFiles.TENSORS, left.stream().sorted().limit(3).toList());
    }
  }

  private void requireAlike(List<AdaptedModule> experts) {
    AdaptedModule first = experts.get(0);
    long all = modules.values().stream()
        .filter(m -> m.block().equals(first.block()) && m.target() == first.target())
        .count();
    if (experts.size() != all) {
      throw new LayoutException(
          "%s: all %d experts of %s must have an adapter of %s but %d have",
          PeftConfig.FILE, all, first.block(), first.target().path(), experts.size());
    }
    for (AdaptedModule module : experts) {
      if (config.rankOf(module.name()) != config.rankOf(first.name())
          || config.alphaOf(module.name()) != config.alphaOf(first.name())) {
        throw new LayoutException(
            "%s: all experts must have adapters of one rank and alpha but %s and %s have r %d and %d, alpha %s and %s",
            PeftConfig.FILE,
            first.name(),
            module.name(),
            config.rankOf(first.name()),
            config.rankOf(module.name()),
            config.alphaOf(first.name()),
            config.alphaOf(module.name()));
      }
    }
  }

  private void requireShape(String name, long rows, long columns) {
    if (!tensors.names().contains(name)) {
      throw new LayoutException(
          "%s: tensor %s of shape [%d, %d] is missing", PeftFiles.TENSORS, name, rows, columns);
    }
    long[] shape = tensors.shape(name);
    if (!Arrays.equals(shape, new long[] {rows, columns})) {
      throw new LayoutException(
          "%s: tensor %s must be [%d, %d] but is %s",
          PeftFiles.TENSORS, name, rows, columns, Arrays.toString(shape));
    }
  }

  private static DataType type(LoraTarget target, MoeLayer layer) {
    return target == LoraTarget.ROUTER ? layer.router().parameters().dataType() : layer.dataType();
  }

  private LoraPair pair(LoraTarget target, List<AdaptedModule> experts, DataType type)
      throws IOException {
    AdaptedModule first = experts.get(0);
    int rank = config.rankOf(first.name());
    long out = first.module().out();
    long in = first.module().in();
    INDArray a = Allocate.zeros(type, experts.size(), rank, in);
    INDArray b = Allocate.zeros(type, experts.size(), out, rank);
    for (AdaptedModule module : experts) {
      copy(module.a(), type, a, module.expert());
      copy(module.b(), type, b, module.expert());
    }
    boolean isRouter = target == LoraTarget.ROUTER;
    return new LoraPair(
        isRouter ? a.reshape('c', rank, in) : a,
        isRouter ? b.reshape('c', out, rank) : b,
        config.alphaOf(first.name()),
        config.rsLora());
  }

  private void copy(String name, DataType type, INDArray stack, int expert) throws IOException {
    Rows.of(tensors.read(name, type).reshape('c', 1, stack.length() / stack.size(0)))
        .copy(0, Rows.of(stack), expert);
  }
}
