package io.github.moe4j.conformance.family;

import io.github.moe4j.balance.LossValue;
import io.github.moe4j.conformance.CaseTensor;
import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.DamagedCaseException;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.CapacityPass;
import io.github.moe4j.core.Logits;
import io.github.moe4j.core.TokenBatch;
import java.util.Arrays;

/** What the families of DeepSpeed's gates share: given logits, and slots [S,E,C] to compare. */
final class DeepSpeedGating {
  private DeepSpeedGating() {}

  /**
   * Compares a gate with a case.
   *
   * @param input mask, mode and noise of the pass
   */
  static void run(
      ReferenceCase reference, Comparison comparison, DeepSpeedGate gate, TokenBatch input) {
    CaseTensor logits = logits(reference);
    Logits scores = Logits.of(logits.values(), logits.size(1), input.mask());
    RuleCasePass pass = RuleCasePass.of(gate.rule(), scores, input);
    CapacityPass capacity = gate.capacity().apply(pass.decision(), input.mode());
    Assignments kept = capacity.kept();
    CaseTensor weight = reference.input("objective_weight", logits.size(0), logits.size(1), -1);
    int slots = weight.size(2);
    int[] slot =
        KeptPlaces.of(pass.decision(), kept, gate.queue(), false).within(slots).slot();
    double[] combine = new double[weight.length()];
    double[] upstream = new double[kept.size()];
    for (int r = 0; r < upstream.length; r++) {
      int place = (kept.token(r) * kept.experts() + kept.expert(r)) * slots + slot[r];
      combine[place] = kept.weight(r);
      upstream[r] = weight.get(place);
    }
    LossValue auxiliary = gate.auxiliary(pass.decision());
    comparison.output("l_aux", auxiliary.value());
    comparison.output("combine_weights", combine);
    comparison.output(
        "dispatch_mask", Arrays.stream(combine).map(w -> w == 0 ? 0 : 1).toArray());
    comparison.output("exp_counts", counts(pass.assignments()));
    comparison.output("objective", Scattered.dot(kept.weights(), upstream) + auxiliary.value());
    comparison.gradient(
        "logits", pass.gradient(capacity.backward(upstream).plus(auxiliary.gradient())));
  }

  /** The router scores [S,E]. */
  static CaseTensor logits(ReferenceCase reference) {
    return reference.input("logits", -1, reference.config().size("num_experts"));
  }

  /** 1 where a token was recorded in a slot of an expert, row-major [S·E]. */
  static double[] survivors(ReferenceCase reference) {
    CaseTensor combine = reference
        .recordedOutput("combine_weights")
        .orElseThrow(() -> new DamagedCaseException("outputs must have combine_weights"));
    CaseTensor logits = logits(reference);
    double[] result = new double[logits.length()];
    int slots = combine.size(-1);
    if (combine.rowCount() != result.length) {
      throw new DamagedCaseException(combine.name() + " must be of " + result.length + " rows");
    }
    for (int i = 0; i < combine.length(); i++) {
      if (combine.get(i) != 0) {
        result[i / slots] = 1;
      }
    }
    return result;
  }

  /** Assignments of each expert before dropping [E]. */
  static double[] counts(Assignments assignments) {
    return Arrays.stream(assignments.countPerExpert()).asDoubleStream().toArray();
  }
}
