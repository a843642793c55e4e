package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.internal.Require;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several losses as one: {@code Σ coefficient_i(step) · loss_i}, each with a name to report it by
 * and a coefficient that may follow a schedule.
 *
 * <p>Value at perfect balance and at total collapse: the weighted sum of its terms' values.
 */
public final class CompositeLoss {
  private final Map<String, Term> terms;

  private CompositeLoss(Map<String, Term> terms) {
    this.terms = terms;
  }

  /** One loss and its coefficient. */
  private record Term(BalanceLoss loss, CoefficientSchedule coefficient) {}

  /** Starts a sum without terms, whose value is 0. */
  public static Builder builder() {
    return new Builder();
  }

  /** Names of all terms, in order. */
  public List<String> names() {
    return List.copyOf(terms.keySet());
  }

  /**
   * The sum and its gradient.
   *
   * @param layers decisions of all layers, at least one. Not modified.
   * @param step optimizer step that the schedules read, at least 0
   */
  public Value evaluate(List<RouterDecision> layers, long step) {
    Require.that(step >= 0, "step must be at least 0 but was %d", step);
    Require.that(!layers.isEmpty(), "a sum of losses needs at least one layer but had none");
    LossValue total = LossValue.zero(layers.size());
    Map<String, Double> parts = new LinkedHashMap<>();
    for (Map.Entry<String, Term> entry : terms.entrySet()) {
      Term term = entry.getValue();
      double coefficient = term.coefficient().at(step);
      Require.finite("coefficient of " + entry.getKey(), coefficient);
      LossValue part = term.loss().evaluate(layers).times(coefficient);
      parts.put(entry.getKey(), part.value());
      total = total.plus(part);
    }
    return new Value(total, parts);
  }

  /**
   * The sum at one step, as a loss like any other.
   *
   * @param name of the sum
   */
  public BalanceLoss at(long step, String name) {
    Require.that(step >= 0, "step must be at least 0 but was %d", step);
    return new BalanceLoss() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public LossValue evaluate(List<RouterDecision> layers) {
        Require.that(!layers.isEmpty(), "%s needs at least one layer but had none", name);
        return CompositeLoss.this.evaluate(layers, step).total();
      }
    };
  }

  /**
   * The value of a sum.
   *
   * @param total value and gradients of the sum
   * @param terms what each term added to the value, its coefficient included, by name in order
   */
  public record Value(LossValue total, Map<String, Double> terms) {
    /** Copies the terms. */
    public Value {
      terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
    }
  }

  /** Collects terms; not thread-safe. */
  public static final class Builder {
    private final Map<String, Term> terms = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Adds a term under its own loss's name.
     *
     * @param loss usually with coefficient 1: the schedule's value multiplies it
     */
    public Builder add(BalanceLoss loss, CoefficientSchedule coefficient) {
      return add(loss.name(), loss, coefficient);
    }

    /** Adds a term with the coefficient that the loss itself has. */
    public Builder add(BalanceLoss loss) {
      return add(loss, CoefficientSchedule.constant(1));
    }

    /** Adds a term under a name not used yet. */
    public Builder add(String name, BalanceLoss loss, CoefficientSchedule coefficient) {
      Require.that(!terms.containsKey(name), "term %s must be given once", name);
      terms.put(name, new Term(loss, coefficient));
      return this;
    }

    /** The sum of the collected terms. */
    public CompositeLoss build() {
      return new CompositeLoss(new LinkedHashMap<>(terms));
    }
  }
}
