package io.github.moe4j.balance;

import io.github.moe4j.core.RouterDecision;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The losses of a {@link Balancer}, and what those that count have counted in this step. */
final class LossSum {
  private final List<LossTerm> terms;
  private final Map<LossTerm, StepCounts> counts = new LinkedHashMap<>();

  LossSum(Collection<LossTerm> terms, CountReducer workers) {
    this.terms = List.copyOf(terms);
    for (LossTerm term : terms) {
      if (term.loss() instanceof CountedLoss) {
        counts.put(term, new StepCounts(workers));
      }
    }
  }

  boolean isEmpty() {
    return terms.isEmpty();
  }

  List<String> names() {
    return terms.stream().map(LossTerm::name).toList();
  }

  /** Values of each micro-batch, and counts that include them all. */
  record Evaluation(List<BalanceValue> values, Map<LossTerm, List<ExpertCounts>> counts) {}

  /** Changes nothing here. */
  Evaluation evaluate(List<List<RouterDecision>> batches, long step) {
    Map<LossTerm, List<ExpertCounts>> all = new LinkedHashMap<>();
    counts.forEach(
        (term, counted) -> all.put(term, counted.with((CountedLoss) term.loss(), batches)));
    List<BalanceValue> values = new ArrayList<>();
    for (List<RouterDecision> layers : batches) {
      LossValue total = LossValue.zero(layers.size());
      Map<String, Double> parts = new LinkedHashMap<>();
      for (LossTerm term : terms) {
        LossValue own = term.loss() instanceof CountedLoss counted
            ? counted.evaluate(layers, all.get(term))
            : term.loss().evaluate(layers);
        LossValue part = own.times(term.coefficientAt(step));
        parts.put(term.name(), part.value());
        total = total.plus(part);
      }
      values.add(new BalanceValue(total, parts));
    }
    return new Evaluation(values, all);
  }

  /** Keeps the counts. */
  void commit(Evaluation evaluation) {
    evaluation.counts().forEach((term, sums) -> counts.get(term).set(sums));
  }

  /** Forgets all counts. */
  void clear() {
    counts.values().forEach(StepCounts::clear);
  }

  Collection<StepCounts> counts() {
    return counts.values();
  }

  List<ExpertCounts> counted(String name) {
    return counts.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .map(entry -> entry.getValue().counted())
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException("a loss that counts must be one of %s but was %s"
                .formatted(counts.keySet().stream().map(LossTerm::name).toList(), name)));
  }
}
