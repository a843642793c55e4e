package io.github.moe4j.routing;

import io.github.moe4j.core.Experts;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.core.internal.experts.ExpertsAround;
import io.github.moe4j.core.lora.FrozenExperts;
import io.github.moe4j.core.lora.LoraExperts;
import io.github.moe4j.core.lora.LoraPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Adapters of the networks within experts that may scale, normalize or combine them. */
final class AdaptedExperts {
  private AdaptedExperts() {}

  /** Whether a parameter is one of an adapter. */
  static boolean isAdapter(String name) {
    String last = name.substring(name.lastIndexOf('.') + 1);
    return last.equals(LoraPair.A) || last.equals(LoraPair.B);
  }

  /**
   * The networks that can have adapters.
   *
   * @throws IllegalArgumentException if there is none, or several
   */
  static Experts network(Experts experts) {
    List<Experts> found = new ArrayList<>();
    visit(experts, found);
    Require.that(
        found.size() == 1,
        "experts with adapters must contain networks of one kind, such as GluExperts, but %s contain %d",
        experts.getClass().getSimpleName(),
        found.size());
    return found.get(0);
  }

  private static void visit(Experts experts, List<Experts> found) {
    if (experts instanceof ExpertsAround outer) {
      outer.around(inner -> {
        visit(inner, found);
        return inner;
      });
    } else if (LoraExperts.supports(experts)) {
      found.add(experts);
    }
  }

  /** The same experts with adapters of their networks and everything else frozen. */
  static Experts adapt(Experts experts, Map<String, LoraPair> pairs, double dropout) {
    if (!pairs.isEmpty()) {
      network(experts);
    }
    Experts adapted = over(experts, pairs, dropout);
    return adapted instanceof LoraExperts
        ? adapted
        : FrozenExperts.except(adapted, AdaptedExperts::isAdapter);
  }

  private static Experts over(Experts experts, Map<String, LoraPair> pairs, double dropout) {
    if (experts instanceof ExpertsAround outer) {
      return outer.around(inner -> over(inner, pairs, dropout));
    }
    // Quantized networks have a backward only this way, even without adapters.
    boolean isEvaluated = experts.parameters().names().isEmpty();
    return LoraExperts.supports(experts) && (isEvaluated || !pairs.isEmpty())
        ? LoraExperts.over(experts, pairs, dropout)
        : experts;
  }

  /** The experts with adapters, if there are any. */
  static Optional<LoraExperts> find(Experts experts) {
    List<LoraExperts> found = new ArrayList<>();
    unfrozen(experts, inner -> {
      if (inner instanceof LoraExperts lora) {
        found.add(lora);
      }
      return inner;
    });
    return found.stream().findFirst();
  }

  /** The same experts without adapters: added to the weights. */
  static Experts merged(Experts experts) {
    return unfrozen(experts, inner -> inner instanceof LoraExperts lora ? lora.merged() : inner);
  }

  private static Experts unfrozen(Experts experts, UnaryOperator<Experts> change) {
    if (experts instanceof FrozenExperts frozen) {
      return unfrozen(frozen.inner(), change);
    }
    return experts instanceof ExpertsAround outer
        ? outer.around(inner -> unfrozen(inner, change))
        : change.apply(experts);
  }
}
