package io.github.moe4j.models.layout;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What tools that wrap a model put before all of its names. */
final class NamePrefix {
  /** Of parallel training, compiled modules, PEFT, and models that also see pictures. */
  private static final Pattern WRAPPER =
      Pattern.compile("\\G(module|_orig_mod|base_model\\.model|language_model|model)\\.");

  private NamePrefix() {}

  /**
   * Empty if a tensor of a block is there under its own name; else the shortest prefix of these words under which one
   * is; empty if there is none.
   *
   * @param names of the tensors at hand
   */
  static String of(Layout layout, ModelConfig config, Set<String> names) {
    if (expected(layout, config).anyMatch(names::contains)) {
      return ""; // after the names of one block: large models have a million
    }
    List<String> expected = expected(layout, config).toList();
    return candidates(names).stream()
        .filter(prefix -> expected.stream().anyMatch(name -> names.contains(prefix + name)))
        .findFirst()
        .orElse("");
  }

  /** The names of all forms of all blocks, made as they are asked for. */
  private static Stream<String> expected(Layout layout, ModelConfig config) {
    return layout.blocks(config).stream()
        .flatMap(block -> layout.forms(config, block).stream())
        .flatMap(List::stream)
        .flatMap(part -> part.places().stream())
        .map(Place::name);
  }

  private static Set<String> candidates(Set<String> names) {
    Set<String> result = new TreeSet<>(
        Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()));
    for (String name : names) {
      for (Matcher word = WRAPPER.matcher(name); word.find(); ) {
        result.add(name.substring(0, word.end()));
      }
    }
    return result;
  }
}
