package io.github.moe4j.models.adapter;

import io.github.moe4j.core.lora.LoraTarget;
import io.github.moe4j.models.layout.LinearModule;
import io.github.moe4j.models.layout.MoeBlock;
import io.github.moe4j.models.layout.MoeCheckpoint;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A module of a sparse block, and the names of its adapter's tensors.
 *
 * @param block the block
 * @param target the projection
 * @param expert number of the expert; 0 of router and shared expert
 * @param module the module
 */
record AdaptedModule(MoeBlock block, LoraTarget target, int expert, LinearModule module) {
  private static final String PREFIX = "base_model.model.";

  /** All modules of a model's sparse blocks by their names. */
  static Map<String, AdaptedModule> of(MoeCheckpoint checkpoint) throws IOException {
    Map<String, AdaptedModule> all = new LinkedHashMap<>();
    for (MoeBlock block : checkpoint.blocks()) {
      for (Map.Entry<LoraTarget, List<LinearModule>> entry :
          checkpoint.linearModules(block).entrySet()) {
        List<LinearModule> modules = entry.getValue();
        for (int e = 0; e < modules.size(); e++) {
          LinearModule module = modules.get(e);
          all.put(module.name(), new AdaptedModule(block, entry.getKey(), e, module));
        }
      }
    }
    return all;
  }

  String name() {
    return module.name();
  }

  /** The tensor A [r,in]. */
  String a() {
    return PREFIX + name() + ".lora_A.weight";
  }

  /** The tensor B [out,r]. */
  String b() {
    return PREFIX + name() + ".lora_B.weight";
  }
}
