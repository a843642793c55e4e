package io.github.moe4j.lab.variant;

import io.github.moe4j.balance.Balancer;
import io.github.moe4j.core.DenseFeedForward;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.lab.report.ModelPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Variants by name. */
public final class Variants {
  static final String DENSE = "dense";

  private Variants() {}

  /** What the lab compares by default: a dense model and a sparse one. */
  public static List<String> defaults() {
    return List.of(DENSE, RouterChoice.TOP_K);
  }

  /** All names. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(List.of(DENSE));
    RouterChoice.all().forEach(choice -> names.add(choice.name()));
    return names;
  }

  /**
   * The variant of a name with its own balance and capacity; an error that lists the names if there
   * is none.
   */
  public static Variant named(String name) {
    return Choices.NONE.variant(name);
  }

  /** The only one without a router; other choices do not concern it. */
  static Optional<Variant> dense(String name) {
    if (!name.equals(DENSE)) {
      return Optional.empty();
    }
    String text = "One SwiGLU network for all tokens.";
    ModelPart part = new ModelPart("experts", DENSE, text, "down(silu(gate·x) ⊙ up·x)");
    return Optional.of(new Variant(DENSE, text, List.of(part), Variants::dense));
  }

  private static Recipe dense(ModelSizes sizes) {
    LayerOptions layer = sizes.layer();
    return new Recipe(
        (name, seed, arena) -> DenseFeedForward.of(
                GluExperts.create(ExpertOptions.of(1, layer.width(), layer.activeHidden()), seed))
            .withArena(arena),
        Balancer.of(),
        Set.of());
  }

  static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "router must be one of %s but was %s".formatted(names(), name));
  }
}
