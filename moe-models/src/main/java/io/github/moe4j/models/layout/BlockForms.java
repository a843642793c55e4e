package io.github.moe4j.models.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Chooses among the forms of a block. */
final class BlockForms {
  private BlockForms() {}

  /** The form that was published first. */
  static List<LayoutPart> published(Layout layout, ModelConfig config, MoeBlock block) {
    return of(layout, config, block).get(0);
  }

  /**
   * The form of which most tensors are there; of several the first whose shapes are those, since the same names may be
   * of either orientation, or else the first, so that errors name its own. Shapes are read only to choose among several.
   *
   * @throws java.io.UncheckedIOException if the file of such a shape cannot be read
   */
  static List<LayoutPart> atHand(
      Layout layout, ModelConfig config, MoeBlock block, StoredTensors tensors) {
    List<List<LayoutPart>> best = mostNamed(layout, config, block, tensors);
    List<LayoutPart> first = best.get(0);
    return best.size() == 1 || places(first).noneMatch(tensors::has)
        ? first
        : best.stream().filter(form -> fits(form, tensors)).findFirst().orElse(first);
  }

  /** The forms of which most tensors are there, by their names. */
  static List<List<LayoutPart>> mostNamed(
      Layout layout, ModelConfig config, MoeBlock block, StoredTensors tensors) {
    List<List<LayoutPart>> best = new ArrayList<>();
    long most = -1;
    for (List<LayoutPart> form : of(layout, config, block)) {
      long here = places(form).filter(tensors::has).count();
      if (here > most) {
        best.clear();
        most = here;
      }
      if (here == most) {
        best.add(form);
      }
    }
    return best;
  }

  /** Whether all tensors of a form are there, by their names. */
  static boolean isWhole(Layout layout, ModelConfig config, MoeBlock block, StoredTensors tensors) {
    return of(layout, config, block).stream().anyMatch(form -> places(form).allMatch(tensors::has));
  }

  private static boolean fits(List<LayoutPart> form, StoredTensors tensors) {
    return places(form).filter(tensors::has).allMatch(tensors::fits);
  }

  private static Stream<Place> places(List<LayoutPart> form) {
    return form.stream().flatMap(part -> part.places().stream());
  }

  private static List<List<LayoutPart>> of(Layout layout, ModelConfig config, MoeBlock block) {
    List<MoeBlock> blocks = layout.blocks(config);
    if (!blocks.contains(block)) {
      throw new LayoutException(
          "block must be one of %s but was %s", blocks.isEmpty() ? "none" : blocks, block);
    }
    return layout.forms(config, block);
  }
}
