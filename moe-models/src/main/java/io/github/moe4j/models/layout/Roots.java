package io.github.moe4j.models.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What stands before the names of a stack's layers, by the class that was saved. */
final class Roots {
  /** With a head for text, and bare. */
  static final List<String> MODEL = List.of("model.", "");

  /** The text part of a model that also reads pictures or sound, which newer code saves first. */
  static final List<String> LANGUAGE =
      List.of("model.language_model.", "language_model.model.", "model.", "");

  /** The same as older code saves it first. */
  static final List<String> OLDER_LANGUAGE =
      List.of("language_model.model.", "model.language_model.", "model.", "");

  private Roots() {}

  /** Each form under each root, the first root first. */
  static List<List<LayoutPart>> forms(
      List<String> roots, Function<String, List<List<LayoutPart>>> forms) {
    List<List<LayoutPart>> all = new ArrayList<>();
    roots.forEach(root -> all.addAll(forms.apply(root)));
    return List.copyOf(all);
  }
}
