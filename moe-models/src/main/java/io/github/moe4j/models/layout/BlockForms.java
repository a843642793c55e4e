package io.github.moe4j.models.layout;

import java.util.List;
import java.util.Set;

/** Chooses among the forms of a block. */
final class BlockForms {
  private BlockForms() {}

  /** The form that was published first. */
  static List<LayoutPart> published(Layout layout, ModelConfig config, MoeBlock block) {
    return of(layout, config, block).get(0);
  }

  /** The form of which most tensors are there; of equals the first, so that errors name its own. */
  static List<LayoutPart> atHand(
      Layout layout, ModelConfig config, MoeBlock block, Set<String> names) {
    List<List<LayoutPart>> forms = of(layout, config, block);
    List<LayoutPart> best = forms.get(0);
    double share = 0;
    for (List<LayoutPart> form : forms) {
      List<Place> places = form.stream().flatMap(part -> part.places().stream()).toList();
      double here =
          places.stream().filter(place -> names.contains(place.name())).count()
              / (double) places.size();
      if (here > share) {
        best = form;
        share = here;
      }
    }
    return best;
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
