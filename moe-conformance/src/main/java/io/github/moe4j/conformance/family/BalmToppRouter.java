package io.github.moe4j.conformance.family;

import io.github.moe4j.conformance.Comparison;
import io.github.moe4j.conformance.ReferenceCase;
import io.github.moe4j.conformance.ReferenceFamily;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.TokenMask;
import io.github.moe4j.routing.TopP;

/**
 * {@code TopPRouter} of BALM: the experts whose probabilities sum to at most p, and always the
 * first, with the bare probabilities as weights. It routes padding as well; masking on {@code probs}
 * does nothing here.
 */
final class BalmToppRouter implements ReferenceFamily {
  @Override
  public String name() {
    return "balm_topp_router";
  }

  @Override
  public void run(ReferenceCase reference, Comparison comparison) {
    BalmRouting balm = new BalmRouting(reference);
    TokenMask all = TokenMask.none(reference.input("x").rowCount());
    RouterCasePass pass = balm.route(TopP.inclusive(reference.config().number("top_p")), all);
    int[] none = {};
    Assignments nothing = Assignments.of(
        all.tokens(), reference.config().size("num_experts"), none, none, new double[0]);
    comparison.output("probs", pass.decision().requireProbabilities("router").toArray());
    balm.compare(pass, balm.capacity(BalmRouting::probability), nothing, comparison);
  }
}
