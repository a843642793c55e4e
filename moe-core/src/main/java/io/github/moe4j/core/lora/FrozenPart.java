package io.github.moe4j.core.lora;

import io.github.moe4j.core.NamedArrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Parameters of a part of which only some are trained.
 *
 * @param trained those that are
 * @param frozen names of the others
 */
record FrozenPart(NamedArrays trained, Set<String> frozen) {
  static FrozenPart of(NamedArrays parameters, Predicate<String> isTrained) {
    Set<String> frozen = new LinkedHashSet<>();
    for (String name : parameters.names()) {
      if (!isTrained.test(name)) {
        frozen.add(name);
      }
    }
    return new FrozenPart(parameters.without(frozen.toArray(new String[0])), frozen);
  }
}
