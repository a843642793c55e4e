package io.github.moe4j.models.layout;

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
   * The form of which most tensors are there; of equals the first whose shapes are those, since the same names may be
   * of either orientation, or else the first, so that errors name its own.
   */
  static List<LayoutPart> atHand(
      Layout layout, ModelConfig config, MoeBlock block, StoredTensors tensors) {
    List<LayoutPart> best = List.of();
    long most = -1;
    boolean bestFits = true;
    for (List<LayoutPart> form : of(layout, config, block)) {
      List<Place> here = places(form).filter(tensors::has).toList();
      boolean isEqual = here.size() == most && most > 0 && !bestFits;
      if (here.size() > most || isEqual) {
        boolean fits = here.stream().allMatch(tensors::fits);
        if (here.size() > most || fits) {
          best = form;
          bestFits = fits;
        }
        most = here.size();
      }
    }
    return best;
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
