package io.github.moe4j.models.layout;

import io.github.moe4j.core.lora.LoraTarget;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Finds the linear modules among the tensors of a block. */
final class LinearModules {
  private static final String WEIGHT = ".weight";

  /** What wrappers put before a model's own names. */
  private static final Pattern WRAPPER =
      Pattern.compile("(module|_orig_mod|base_model\\.model)\\.");

  private LinearModules() {}

  /**
   * The modules by projection.
   *
   * @param prefix before the names of the parts
   */
  static Map<LoraTarget, List<LinearModule>> of(String prefix, List<LayoutPart> parts) {
    String own = WRAPPER.matcher(prefix).replaceAll("");
    Map<LoraTarget, List<LinearModule>> modules = new EnumMap<>(LoraTarget.class);
    for (LayoutPart part : parts) {
      boolean isOfModules = part instanceof TensorPerExpert || part instanceof WholeTensor;
      for (LoraTarget target : LoraTarget.values()) {
        String parameter = parameter(target);
        if (isOfModules
            && withoutPart(part.parameters().get(0).name()).equals(parameter)
            && part.places().stream().allMatch(LinearModules::isModule)) {
          modules.put(target, part.places().stream().map(p -> module(own, p)).toList());
        }
      }
    }
    return modules;
  }

  private static String parameter(LoraTarget target) {
    return target.path().replace("shared.", "shared.network.") + WEIGHT;
  }

  /** The name of a parameter of networks that are the first part of composite experts, as if they were alone. */
  private static String withoutPart(String parameter) {
    return parameter.replace("experts.0.", "experts.");
  }

  private static boolean isModule(Place place) {
    return place.name().endsWith(WEIGHT) && place.shape().size() == 2;
  }

  private static LinearModule module(String prefix, Place place) {
    String name = place.name().substring(0, place.name().length() - WEIGHT.length());
    return new LinearModule(prefix + name, place.shape().get(0), place.shape().get(1));
  }
}
