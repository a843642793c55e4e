package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Assignments;
import java.util.stream.IntStream;

/** The recorded lists of the tokens that BALM's experts take [E,C], −1 in free places. */
final class BalmLists {
  private final ReferenceCase reference;
  private final CaseTensor recorded;

  BalmLists(ReferenceCase reference) {
    this.reference = reference;
    this.recorded = reference
        .recordedOutput("expert_indices")
        .orElseThrow(() -> new DamagedCaseException(
            "outputs must have expert_indices, whose order objective_weight follows"));
  }

  /** 1 where a token was recorded in the list of an expert, row-major [T·E]. */
  double[] map(int tokens) {
    int experts = recorded.size(0);
    double[] map = new double[tokens * experts];
    for (int i = 0; i < recorded.length(); i++) {
      int token = (int) recorded.get(i);
      if (token >= 0 && token < tokens) {
        map[token * experts + i / recorded.size(1)] = 1;
      }
    }
    return map;
  }

  /** The weight of each assignment in the objective: that of the place where it was recorded. */
  double[] upstream(Assignments kept) {
    CaseTensor weight = reference.input("objective_weight", recorded.shape());
    int length = recorded.size(1);
    return IntStream.range(0, kept.size())
        .mapToDouble(r -> IntStream.range(kept.expert(r) * length, (kept.expert(r) + 1) * length)
            .filter(i -> recorded.get(i) == kept.token(r))
            .mapToDouble(weight::get)
            .findFirst()
            .orElse(0))
        .toArray();
  }

  /**
   * Assignments seen from the experts: to each the tokens that it took.
   *
   * @param filling assignments that only fill lists
   */
  static Assignments listed(Assignments kept, Assignments filling) {
    int size = kept.size() + filling.size();
    int[] token = new int[size];
    int[] expert = new int[size];
    double[] weight = new double[size];
    for (int i = 0; i < size; i++) {
      Assignments from = i < kept.size() ? kept : filling;
      int n = i < kept.size() ? i : i - kept.size();
      token[i] = from.token(n);
      expert[i] = from.expert(n);
      weight[i] = from.weight(n);
    }
    return Assignments.of(kept.experts(), kept.tokens(), expert, token, weight);
  }
}
