package io.github.moe4j.models.adapter;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.internal.ReplacedFile;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.core.lora.LoraPair;
import io.github.moe4j.core.lora.LoraTarget;
import io.github.moe4j.models.internal.NewFolder;
import io.github.moe4j.models.layout.LayoutException;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.routing.Lora;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Writes adapters by the names of a model's modules.
 *
 * @param modules of the model by name
 */
record PeftWriter(Map<String, AdaptedModule> modules) {
  void write(Map<MoeBlock, MoeLayer> adapted, String baseModel, TensorType type, Path folder)
      throws IOException {
    Map<AdaptedModule, LoraPair> pairs = new LinkedHashMap<>();
    for (Map.Entry<MoeBlock, MoeLayer> layer : adapted.entrySet()) {
      addPairs(layer.getKey(), Lora.pairs(layer.getValue()), pairs);
    }
    if (pairs.isEmpty()) {
      throw new LayoutException("layers to save must have adapters but there are none");
    }
    PeftConfig config = config(pairs, dropout(adapted));
    SafetensorsWriter writer = Safetensors.writer().metadata("format", "pt");
    pairs.forEach((module, pair) -> {
      writer.put(module.a(), matrix(pair.a(), module.expert()), type);
      writer.put(module.b(), matrix(pair.b(), module.expert()), type);
    });
    NewFolder.write(folder, created -> {
      writer.write(created.resolve(PeftFiles.TENSORS));
      ReplacedFile.writeText(created.resolve(PeftConfig.FILE), PeftJson.of(config, baseModel));
    });
  }

  private void addPairs(
      MoeBlock block, Map<LoraTarget, LoraPair> own, Map<AdaptedModule, LoraPair> pairs) {
    if (own.isEmpty()) {
      throw new LayoutException("the layer of %s must have adapters but has none", block);
    }
    own.forEach((target, pair) -> {
      List<AdaptedModule> experts = modules.values().stream()
          .filter(m -> m.block().equals(block) && m.target() == target)
          .toList();
      if (experts.isEmpty()) {
        throw new LayoutException(
            "%s of %s has an adapter, but the layout has no linear module of it: its tensors are of all experts",
            target.path(), block);
      }
      long given = pair.a().rank() == 3 ? pair.a().size(0) : 1;
      if (given != experts.size()) {
        throw new LayoutException(
            "%s of %s must have adapters of %d experts but has %d",
            target.path(), block, experts.size(), given);
      }
      for (AdaptedModule module : experts) {
        requireShape(module, pair);
        pairs.put(module, pair);
      }
    });
  }

  private static void requireShape(AdaptedModule module, LoraPair pair) {
    INDArray a = pair.a();
    INDArray b = pair.b();
    if (a.size(a.rank() - 1) != module.module().in()
        || b.size(b.rank() - 2) != module.module().out()) {
      throw new LayoutException(
          "the adapter of %s must be from %d to %d but is from %d to %d",
          module.name(),
          module.module().in(),
          module.module().out(),
          a.size(a.rank() - 1),
          b.size(b.rank() - 2));
    }
  }

  private static double dropout(Map<MoeBlock, MoeLayer> adapted) {
    List<Double> rates = adapted.values().stream().map(Lora::dropout).distinct().toList();
    if (rates.size() != 1) {
      throw new LayoutException("layers must have one dropout of adapters but have %s", rates);
    }
    return rates.get(0);
  }

  private static INDArray matrix(INDArray array, int expert) {
    return array.rank() == 2 ? array : array.slice(expert);
  }

  /** Rank and alpha of the first are the usual ones; those of others are patterns. */
  private PeftConfig config(Map<AdaptedModule, LoraPair> pairs, double dropout) {
    LoraPair first = pairs.values().iterator().next();
    Map<String, Double> ranks = new TreeMap<>();
    Map<String, Double> alphas = new TreeMap<>();
    pairs.forEach((module, pair) -> {
      if (pair.rsLora() != first.rsLora()) {
        throw new LayoutException(
            "all adapters must have the scale of rsLoRA or none, but that of %s differs",
            module.name());
      }
      if (pair.rank() != first.rank()) {
        ranks.put(module.name(), (double) pair.rank());
      }
      if (pair.alpha() != first.alpha()) {
        alphas.put(module.name(), pair.alpha());
      }
    });
    List<String> names =
        pairs.keySet().stream().map(AdaptedModule::name).sorted().toList();
    return PeftConfig.of(
        first.rank(), first.alpha(), first.rsLora(), dropout, targets(names), ranks, alphas);
  }

  /** Ends of names if they select the adapted modules of the sparse blocks and no others, else whole names. */
  private List<String> targets(List<String> names) {
    List<String> ends = names.stream()
        .map(PeftWriter::end)
        .distinct()
        .sorted(Comparator.naturalOrder())
        .toList();
    TargetModules selected = TargetModules.of(ends);
    boolean isExact =
        modules.keySet().stream().allMatch(name -> selected.contain(name) == names.contains(name));
    return isExact ? ends : names;
  }

  /** Three parts of a name with an expert's number, such as {@code experts.3.up_proj}; else two. */
  private static String end(String name) {
    String[] parts = name.split("\\.");
    int count = parts.length > 2 && parts[parts.length - 2].matches("\\d+") ? 3 : 2;
    int from = Math.max(0, parts.length - count);
    return String.join(".", List.of(parts).subList(from, parts.length));
  }
}
