package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Dropless;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.ExpertChoice;
import java.util.stream.IntStream;

/**
 * {@code ExpertChoiceRouter} of BALM: each expert takes {@code expert_capacity} tokens, weighted by
 * its softmax over tokens. Masked on {@code logits} padding has probability 0 and only fills up
 * lists that are longer than there are real tokens; masking on {@code probs} does nothing here.
 */
final class BalmExpertChoiceRouter implements ReferenceFamily {
  @Override
  public String name() {
    return "balm_expert_choice_router";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    BalmRouting balm = new BalmRouting(reference);
    TokenMask mask = balm.maskOn("logits");
    int capacity = reference.config().size("expert_capacity");
    RouterCasePass pass = balm.route(ExpertChoice.overTokens(capacity), mask);
    RouterCasePass everybody = balm.route(ExpertChoice.overTokens(mask.tokens()), mask);
    comparison.output("probs", Scattered.weights(everybody.decision().assignments()));
    Assignments filling =
        filling(balm, mask, capacity, pass.decision().assignments().countPerExpert());
    balm.compare(pass, new Dropless(), filling, comparison);
  }

  /** Recorded padding in places that no real token is left for; which padding is open. */
  private static Assignments filling(BalmRouting balm, TokenMask mask, int capacity, int[] taken) {
    double[] recorded = balm.lists().map(mask.tokens());
    int experts = taken.length;
    int[] places = IntStream.range(0, recorded.length)
        .filter(
            i -> recorded[i] == 1 && !mask.valid(i / experts) && taken[i % experts]++ < capacity)
        .toArray();
    return Assignments.of(
        mask.tokens(),
        experts,
        IntStream.of(places).map(i -> i / experts).toArray(),
        IntStream.of(places).map(i -> i % experts).toArray(),
        new double[places.length]);
  }
}
